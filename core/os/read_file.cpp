#include "os/read_file.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cerrno>

namespace dhg::os {

UniqueFd open_to_read(const std::string& path) {
  return UniqueFd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
}

std::optional<std::string> read_to_end(int fd, std::size_t most, const Ear* ear) {
  const bool would_block = (fcntl(fd, F_GETFL) & O_NONBLOCK) == 0;
  std::string text;
  std::array<char, 64UL * 1024> part;
  // poll(2) reports the end of a FIFO only if a writer was seen since it was opened; what a
  // former writer left has no such end, so after the first bytes read(2) is asked instead.
  bool waits = true;
  while (text.size() <= most) {
    if (waits) {
      std::array<pollfd, 1> readable{{{fd, POLLIN, 0}}};
      (void)wait(ear, readable);
    }
    const auto got = read(fd, part.data(), std::min(part.size(), most + 1 - text.size()));
    waits = would_block || (got < 0 && errno == EAGAIN);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    text.append(part.data(), static_cast<std::size_t>(got));
  }
  return text;
}

} // namespace dhg::os
