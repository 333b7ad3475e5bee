#include "os/ear.hpp"

#include "dhg/error.hpp"

#include <algorithm>
#include <cerrno>
#include <vector>

namespace dhg::os {
namespace {

bool has_come(const std::optional<Deadline>& moment) {
  return moment && *moment <= std::chrono::steady_clock::now();
}

int poll_until(std::span<pollfd> fds, const std::optional<Deadline>& until) {
  for (;;) {
    const int ready = poll(fds.data(), fds.size(), until ? poll_timeout_ms(*until) : -1);
    if (ready >= 0) return ready;
    if (errno != EINTR) throw system_error(errno, "cannot wait");
    if (has_come(until)) return 0;
  }
}

} // namespace

void Ear::listen() const {
  if (const int signal = signals_.take(); signal != 0) throw Interrupted{signal};
  if (has_come(deadline_)) throw Interrupted{};
}

bool Ear::wait(std::span<pollfd> fds, std::optional<Deadline> until) const {
  const auto first = until && deadline_ ? std::min(until, deadline_) : until ? until : deadline_;
  std::vector<pollfd> all(fds.begin(), fds.end());
  all.push_back({signals_.fd(), POLLIN, 0});
  for (;;) {
    const int ready = poll_until(all, first);
    listen();
    std::copy(all.begin(), all.end() - 1, fds.begin());
    if (std::any_of(fds.begin(), fds.end(), [](const pollfd& fd) { return fd.revents != 0; }))
      return true;
    if (ready == 0 && has_come(until)) return false;
  }
}

void hear(const Ear* ear) {
  if (ear != nullptr) ear->listen();
}

bool wait(const Ear* ear, std::span<pollfd> fds, std::optional<Deadline> until) {
  if (ear != nullptr) return ear->wait(fds, until);
  return poll_until(fds, until) > 0;
}

} // namespace dhg::os
