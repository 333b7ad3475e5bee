#include "os/ear.hpp"

#include <algorithm>
#include <vector>

namespace dhg::os {
namespace {

bool has_come(const std::optional<Deadline>& moment) {
  return moment && *moment <= std::chrono::steady_clock::now();
}

} // namespace

bool Ear::has_news() const { return is_readable(signals_.fd()) || has_come(deadline_); }

void Ear::listen() const {
  if (const int signal = signals_.take(); signal != 0) throw Interrupted{signal};
  if (has_come(deadline_)) throw Interrupted{};
}

bool Ear::wait(std::span<pollfd> fds, std::optional<Deadline> until) const {
  const auto first = until && deadline_ ? std::min(until, deadline_) : until ? until : deadline_;
  std::vector<pollfd> all(fds.begin(), fds.end());
  all.push_back({signals_.fd(), POLLIN, 0});
  for (;;) {
    const bool ready = await_any(all, first);
    listen();
    std::copy(all.begin(), all.end() - 1, fds.begin());
    if (std::any_of(fds.begin(), fds.end(), [](const pollfd& fd) { return fd.revents != 0; }))
      return true;
    if (!ready && has_come(until)) return false;
  }
}

void hear(const Ear* ear) {
  if (ear != nullptr) ear->listen();
}

bool wait(const Ear* ear, std::span<pollfd> fds, std::optional<Deadline> until) {
  if (ear != nullptr) return ear->wait(fds, until);
  return await_any(fds, until);
}

} // namespace dhg::os
