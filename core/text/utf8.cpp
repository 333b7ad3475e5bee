#include "text/utf8.hpp"

#include <fmt/format.h>

namespace dhg::text {
namespace {

constexpr std::size_t kInvalid = 0;

bool is_control(unsigned char c) { return c < 0x20 || c == 0x7f; }

unsigned char byte_at(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
}

// Length of the character at `at`, as RFC 3629 has it: nothing overlong, no
// surrogates, nothing above U+10FFFF.
std::size_t utf8_length(std::string_view text, std::size_t at) {
  const auto first = byte_at(text, at);
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return kInvalid;
  const std::size_t length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  const auto second = byte_at(text, at + 1);
  const unsigned least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  const unsigned most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  if (second < least || second > most) return kInvalid;
  for (std::size_t i = 2; i < length; ++i)
    if ((byte_at(text, at + i) & 0xc0) != 0x80) return kInvalid;
  return length;
}

} // namespace

std::optional<BadByte> find_bad_byte(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto c = byte_at(text, at);
    if (is_control(c) && c != '\t' && c != '\n' && c != '\r')
      return BadByte{at, "a control character; is this a text file?"};
    const auto length = utf8_length(text, at);
    if (length == kInvalid) return BadByte{at, "not UTF-8"};
    at += length;
  }
  return std::nullopt;
}

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto length = utf8_length(text, at);
    if (length == kInvalid) return false;
    at += length;
  }
  return true;
}

std::string printable(std::string_view text, std::size_t longest) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    if (result.size() >= longest) return result + "...";
    const auto length = utf8_length(text, at);
    const auto c = byte_at(text, at);
    // U+0080 to U+009F are control characters too.
    const bool c1 = length == 2 && c == 0xc2 && byte_at(text, at + 1) < 0xa0;
    if (length == kInvalid || c1 || is_control(c)) {
      for (std::size_t i = 0; i < (c1 ? 2U : 1U); ++i)
        result += fmt::format("\\x{:02x}", byte_at(text, at + i));
      at += c1 ? 2 : 1;
      continue;
    }
    result += text.substr(at, length);
    at += length;
  }
  return result;
}

} // namespace dhg::text
