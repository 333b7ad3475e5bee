#pragma once

#include "dhg/export.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>

namespace dhg {

/// A plugin's options after validation: every declared option is present, of
/// its declared type and in its range. Immutable; safe to read from any thread.
class DHG_API Options {
 public:
  using Value = std::variant<bool, std::int64_t, std::uint64_t, std::string>;

  void set(std::string name, Value value);

  /// Each throws std::logic_error if the plugin did not declare `name` with
  /// that type: a mistake in the plugin, not in the user's file.
  [[nodiscard]] bool boolean(std::string_view name) const;
  [[nodiscard]] std::int64_t integer(std::string_view name) const;
  [[nodiscard]] std::uint64_t size(std::string_view name) const; ///< bytes
  [[nodiscard]] const std::string& text(std::string_view name) const;

 private:
  std::map<std::string, Value, std::less<>> values_;
};

} // namespace dhg
