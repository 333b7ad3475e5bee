#pragma once

#include "dhg/export.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>

namespace dhg {

/// A plugin's options after validation: every declared option is present, has its
/// declared type and lies in its range. A plugin gets them const, and may read them from
/// any thread.
class DHG_API Options {
 public:
  using Value = std::variant<bool, std::int64_t, std::uint64_t, std::string>;

  /// For the program that loads plugins: not thread-safe.
  void set(std::string name, Value value);

  /// The value of an option. Each of these functions throws std::logic_error if the plugin
  /// did not declare `name` with that type: a bug in the plugin, not in the user's file.
  [[nodiscard]] bool boolean(std::string_view name) const;
  [[nodiscard]] std::int64_t integer(std::string_view name) const;
  [[nodiscard]] std::uint64_t size(std::string_view name) const; ///< bytes
  [[nodiscard]] const std::string& text(std::string_view name) const;

 private:
  std::map<std::string, Value, std::less<>> values_;
};

} // namespace dhg
