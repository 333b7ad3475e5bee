#pragma once

#include "config/settings.hpp"

#include <span>
#include <string>
#include <vector>

namespace dhg::config {

/// One key of the configuration.
struct Key {
  std::string_view path;          ///< "machine.memory"
  std::string_view default_value; ///< as it would be written
  std::string_view allowed;       ///< for people: "128MiB to 1TiB, a multiple of 2MiB"
  std::string_view description;
  /// Puts a value into the settings. @return whether it is allowed
  bool (*assign)(Settings& settings, const std::string& text);
};

/// All keys that hold a value, in the order in which they are shown.
[[nodiscard]] std::span<const Key> schema();

/// Keys that hold a plugin's options.
[[nodiscard]] bool is_options_path(std::string_view path);

/// Problems of a configuration, collected to be reported together.
class Problems {
 public:
  void add(const Origin& where, const std::string& what);
  /// An unknown `word`: with the nearest of `known`, or all of them.
  void add_unknown(const Origin& where, std::string_view what, const std::string& word,
                   const std::vector<std::string>& known);
  /// @throws Error if there are any
  void raise() const;

 private:
  std::vector<std::string> lines_;
};

} // namespace dhg::config
