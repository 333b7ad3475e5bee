#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace dhg::text {

/// Takes whole lines out of `buffer`, which keeps what is no whole line yet. A line that
/// does not end passes for whole at 64 KiB.
inline void pass_lines(std::string& buffer, const std::function<void(std::string_view)>& line) {
  for (auto end = buffer.find('\n'); end != std::string::npos; end = buffer.find('\n')) {
    line(std::string_view(buffer).substr(0, end));
    buffer.erase(0, end + 1);
  }
  constexpr std::size_t kLongest = 64UL * 1024;
  if (buffer.size() < kLongest) return;
  line(buffer);
  buffer.clear();
}

} // namespace dhg::text
