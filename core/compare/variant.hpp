#pragma once

#include "config/raw.hpp"
#include "config/settings.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dhg::compare {

/// One of the things that are compared.
struct Variant {
  std::string name;
  /// Of a command that is not ours; for sh -c.
  std::optional<std::string> external;
  /// Of dhg: the options of `dhg exec` that choose it.
  std::vector<std::string> options;
  config::Settings settings;
  /// Every key and its value, defaults too, in the order of the documentation.
  std::vector<std::pair<std::string, std::string>> values;
};

/// --vary: a key, and the values that it takes in turn.
struct Axis {
  std::string key;
  std::vector<std::string> values;
};

/// "page_server.plugin=file,lazy-4k". @throws Error(Blame::usage)
[[nodiscard]] Axis parse_axis(const std::string& text);

struct VariantRequest {
  std::vector<std::string> configs; ///< as a user gives them
  std::vector<std::string> set;     ///< KEY=VALUE for all of them
  std::vector<Axis> axes;
  std::vector<std::string> externals; ///< NAME=COMMAND
};

/// Every config with every combination of the axes' values, then the externals.
/// A variant is called like its config, or like its values: "lazy-4k", "ahead=64" for what
/// would read as a number, and "new/libx" for a file when another is called the same.
/// @param installed where configs are that a name without folder means
/// @throws Error(Blame::usage) for what is wrong in any of them, for fewer than two
///   or more than 32 variants, and for two of one name
[[nodiscard]] std::vector<Variant> make_variants(
    const VariantRequest& request, const std::filesystem::path& installed,
    const std::function<std::optional<std::string>(const char*)>& environment);

} // namespace dhg::compare
