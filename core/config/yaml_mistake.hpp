#pragma once

#include <string>
#include <string_view>

namespace dhg::config {

/// A mistake in a YAML file, in words that say what to change.
struct YamlMistake {
  std::size_t line = 0;   ///< from 0
  std::size_t column = 0; ///< from 0, in bytes
  std::string what;
  std::string hint;
};

/// What is wrong with a text that yaml-cpp refused. Pure.
/// @param line, column where yaml-cpp noticed it, from 0
/// @param theirs its message
[[nodiscard]] YamlMistake describe_mistake(std::string_view text, std::size_t line,
                                           std::size_t column, std::string_view theirs);

} // namespace dhg::config
