#include "os/event_fd.hpp"

#include "dhg/error.hpp"

#include <sys/eventfd.h>
#include <unistd.h>
#include <cerrno>
#include <cstdint>

namespace dhg::os {

EventFd::EventFd() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!fd_) throw system_error(errno, "cannot create an eventfd");
}

void EventFd::set() noexcept {
  const std::uint64_t one = 1;
  // Can fail only when the counter is full, and then the flag is set already.
  [[maybe_unused]] const auto written = write(fd_.get(), &one, sizeof one);
}

} // namespace dhg::os
