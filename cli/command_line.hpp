#pragma once

#include <boost/program_options.hpp>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dhg::cli {

namespace po = boost::program_options;

/// A word that a command needs after its options.
struct Argument {
  std::string name; ///< "KIND"; "FILE" in it: the shell completes file names
  std::string about;
  std::vector<std::string> choices; ///< all that it can be; empty: anything
  bool any_number = false;          ///< of them, none too; only the last
};

/// What a command is told on the command line: the one source of its parser, its
/// --help, its man page and its shell completion.
struct Usage {
  std::string about; ///< a sentence or two, in lines of at most 80 characters
  po::options_description options{"Options"};
  std::vector<Argument> arguments; ///< all of them have to be given
  /// Where not empty, how the synopsis ends: "(-c CODE | SCRIPT | -) [ARG ...]". From
  /// the first word on that is no option, all is then passed on unread.
  std::string rest;
};

/// An option, as a reader of help sees it.
struct OptionText {
  std::string long_name;  ///< without dashes
  std::string short_name; ///< one letter, or empty
  std::string value;      ///< "FILE"; empty if it takes none
  std::string about;
};
[[nodiscard]] std::vector<OptionText> option_texts(const Usage& usage);

/// Whether the shell completes file names for a value or an argument called so.
[[nodiscard]] bool names_file(std::string_view value);

/// A command line, taken apart.
struct ParsedLine {
  po::variables_map values;
  std::vector<std::string> arguments; ///< those of Usage::arguments, or the rest
};

/// "dhg vm prepare [options]"
[[nodiscard]] std::string synopsis(std::string_view command, const Usage& usage);

/// The help of one command. `usage` has --help already, as parse() adds it.
void print_help(std::ostream& out, std::string_view command, const Usage& usage);

/// The option that every command has.
void add_help_option(Usage& usage);

/// @param command "vm prepare", for messages
/// @param usage   with --help
/// @return nothing if help was asked for
/// @throws Error(Blame::usage) naming the option and the command's --help
[[nodiscard]] std::optional<ParsedLine> parse(std::string_view command, const Usage& usage,
                                              const std::vector<std::string>& args);

} // namespace dhg::cli
