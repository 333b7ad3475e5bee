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
  std::string text;
  std::array<char, 64UL * 1024> part;
  while (text.size() <= most) {
    // Readable is also what has ended; a FIFO only after somebody has written to it.
    std::array<pollfd, 1> readable{{{fd, POLLIN, 0}}};
    (void)wait(ear, readable);
    const auto got = read(fd, part.data(), std::min(part.size(), most + 1 - text.size()));
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    text.append(part.data(), static_cast<std::size_t>(got));
  }
  return text;
}

} // namespace dhg::os
