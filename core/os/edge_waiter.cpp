#include "os/edge_waiter.hpp"

#include "dhg/error.hpp"

#include <sys/epoll.h>
#include <cerrno>

namespace dhg::os {

EdgeWaiter::EdgeWaiter(std::span<const int> fds) : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  for (const int fd : fds) {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLET;
    event.data.fd = fd;
    if (!epoll_ || epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0)
      throw system_error(errno, "cannot wait for several descriptors");
  }
}

std::optional<std::size_t> EdgeWaiter::wait(Events& into, bool sleep) const noexcept {
  std::array<epoll_event, kMost> events;
  const int ready = epoll_wait(epoll_.get(), events.data(), events.size(), sleep ? -1 : 0);
  if (ready < 0) return errno == EINTR ? std::optional<std::size_t>(0) : std::nullopt;
  const auto count = static_cast<std::size_t>(ready);
  for (std::size_t i = 0; i < count; ++i)
    into[i] = {events[i].data.fd, (events[i].events & (EPOLLERR | EPOLLHUP)) != 0};
  return count;
}

} // namespace dhg::os
