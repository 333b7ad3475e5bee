#pragma once

#include <unistd.h>
#include <algorithm>
#include <array>
#include <string>

namespace dhg_launchers {

/// The end of what a VMM wrote into its memory file of errors, without line ends.
[[nodiscard]] inline std::string last_words(int memfd) {
  std::array<char, 2048> text;
  const auto size = lseek(memfd, 0, SEEK_END);
  const auto from = std::max<off_t>(0, size - static_cast<off_t>(text.size()));
  const auto got = pread(memfd, text.data(), text.size(), from);
  std::string words(text.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  while (!words.empty() && words.back() == '\n') words.pop_back();
  return words;
}

} // namespace dhg_launchers
