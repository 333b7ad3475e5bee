#include "os/readiness.hpp"

#include "dhg/error.hpp"

#include <array>
#include <cerrno>

namespace dhg::os {

bool await_any(std::span<pollfd> fds, std::optional<Deadline> until) {
  for (;;) {
    const int ready = poll(fds.data(), fds.size(), until ? poll_timeout_ms(*until) : -1);
    if (ready >= 0) return ready > 0;
    if (errno != EINTR) throw system_error(errno, "cannot wait");
    if (until && *until <= std::chrono::steady_clock::now()) return false;
  }
}

bool await_one(int fd, std::optional<Deadline> until) {
  std::array<pollfd, 1> fds{{{fd, POLLIN, 0}}};
  return await_any(fds, until);
}

bool is_readable(int fd) noexcept {
  pollfd state{fd, POLLIN, 0};
  return poll(&state, 1, 0) > 0;
}

} // namespace dhg::os
