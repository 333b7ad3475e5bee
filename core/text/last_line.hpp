#pragma once

#include <string>

namespace dhg::text {

/// The last line of a text, which tells the most of a traceback or of what a program said
/// before it failed. Empty lines at the end do not count.
inline std::string last_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

} // namespace dhg::text
