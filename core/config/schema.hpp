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
  /// What was meant by a value that is not allowed, if that can be told; may be null.
  std::optional<std::string> (*suggest)(std::string_view text) = nullptr;
};

/// All keys that hold a value, in the order in which they are shown.
[[nodiscard]] std::span<const Key> schema();

/// @return null if no value is held under that path
[[nodiscard]] const Key* find_key(std::string_view path);

/// Keys that hold a plugin's options.
[[nodiscard]] bool is_options_path(std::string_view path);

/// The names that may stand directly under `group`, "" for the root.
[[nodiscard]] std::vector<std::string> keys_below(std::string_view group);

/// Problems of a configuration, collected to be reported together.
class Problems {
 public:
  void add(const Origin& where, const std::string& what);
  /// `what` says that `word` is unknown: with the nearest of `known`, or all of them.
  void add_unknown(const Origin& where, const std::string& what, std::string_view word,
                   const std::vector<std::string>& known);
  /// A value stands where keys, or a plugin's options, belong.
  void add_not_a_group(const Origin& where, std::string_view path);
  /// A value that cannot be. @param allowed what can, for people
  void add_impossible(const RawNode& value, const std::string& what, std::string_view allowed,
                      const std::optional<std::string>& suggestion);
  /// @throws Error if there are any
  void raise() const;

 private:
  std::vector<std::string> lines_;
};

} // namespace dhg::config
