#pragma once

#include <boost/program_options.hpp>
#include <optional>
#include <string>
#include <vector>

namespace dhg::cli {

namespace po = boost::program_options;

/// A command's usage line, its options, and what it does in a sentence or two.
struct Usage {
  std::string synopsis; ///< "dhg exec [options] (-c CODE | SCRIPT | -) [ARG ...]"
  std::string about;
  po::options_description options{"Options"};
};

/// Parses `args` (no positional ones) and answers --help. @return nothing if help
/// was asked for and printed.
/// @throws Error(Blame::usage) naming the option and the command's --help
[[nodiscard]] std::optional<po::variables_map> parse(Usage& usage,
                                                     const std::vector<std::string>& args);

/// Splits `args` at the first that is neither an option of `options` nor the value
/// of one: what follows belongs to the user's program.
struct SplitArgs {
  std::vector<std::string> own;
  std::vector<std::string> rest;
};
[[nodiscard]] SplitArgs split_at_program(const po::options_description& options,
                                         const std::vector<std::string>& args);

} // namespace dhg::cli
