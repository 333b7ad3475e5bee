#include "text/plain_name.hpp"

#include <algorithm>

namespace dhg::text {

bool is_version(std::string_view text) {
  constexpr std::size_t kLongest = 32;
  if (text.empty() || text.size() > kLongest || text.find('.') == std::string_view::npos)
    return false;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return is_digit(text.front()) && text.back() != '.' &&
         text.find("..") == std::string_view::npos &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || c == '.'; });
}

bool is_plain_name(std::string_view name) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  return !name.empty() && name.size() <= 200 && name.front() != '.' &&
         name.find_first_not_of(kAllowed) == std::string_view::npos;
}

} // namespace dhg::text
