#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace dhg::text {

/// A byte that cannot be part of a config, and why.
struct BadByte {
  std::size_t offset = 0;
  const char* why = "";
};

/// The first byte of `text` that is not UTF-8, or a control character other than
/// tab and the ends of lines.
[[nodiscard]] std::optional<BadByte> find_bad_byte(std::string_view text);

[[nodiscard]] bool is_utf8(std::string_view text);

/// `text` for a message or a comment: on one line, without what a terminal would
/// obey, cut after `longest` bytes.
[[nodiscard]] std::string printable(std::string_view text, std::size_t longest = 200);

} // namespace dhg::text
