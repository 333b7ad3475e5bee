#include "os/ticker.hpp"

#include "dhg/error.hpp"

#include <sys/timerfd.h>
#include <unistd.h>
#include <cerrno>
#include <cstdint>

namespace dhg::os {

Ticker::Ticker() : fd_(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)) {
  if (!fd_) throw system_error(errno, "cannot create a timer");
}

bool Ticker::set(std::chrono::nanoseconds interval) noexcept {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(interval);
  const timespec gap{seconds.count(), (interval - seconds).count()};
  const itimerspec every{gap, gap};
  return timerfd_settime(fd_.get(), 0, &every, nullptr) == 0;
}

void Ticker::take() noexcept {
  std::uint64_t expirations = 0;
  (void)!read(fd_.get(), &expirations, sizeof expirations);
}

} // namespace dhg::os
