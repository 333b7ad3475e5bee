#include "os/process_guard.hpp"

#include "dhg/error.hpp"
#include "dhg/unique_fd.hpp"

#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

namespace dhg::os {
namespace {

// From here on in the child of a process with threads: bare system calls only.

void close_all_but(std::array<int, 3> kept) {
  std::sort(kept.begin(), kept.end());
  unsigned from = 0;
  for (const int fd : kept) {
    const auto number = static_cast<unsigned>(fd);
    if (number > from) syscall(SYS_close_range, from, number - 1, 0);
    from = number + 1;
  }
  syscall(SYS_close_range, from, ~0U, 0);
}

[[noreturn]] void stand_guard(int parent, int process, int held) {
  setsid(); // the terminal's signals are for the parent
  close_all_but({parent, process, held});
  std::array<pollfd, 2> fds{{{process, POLLIN, 0}, {parent, POLLIN, 0}}};
  for (;;) {
    if (poll(fds.data(), fds.size(), -1) < 0 && errno != EINTR) _exit(1);
    if (fds[0].revents != 0) _exit(0);
    if (fds[1].revents == 0) continue;
    syscall(SYS_pidfd_send_signal, process, SIGKILL, nullptr, 0);
    // Where that is not permitted: until it ends by itself.
    fds[1].fd = -1;
  }
}

} // namespace

ProcessGuard::ProcessGuard(int process, int held) {
  const UniqueFd us(static_cast<int>(syscall(SYS_pidfd_open, getpid(), 0)));
  if (!us) throw system_error(errno, "cannot guard a process");
  pid_ = fork();
  if (pid_ < 0) throw system_error(errno, "cannot guard a process");
  if (pid_ == 0) stand_guard(us.get(), process, held);
}

void ProcessGuard::join() noexcept {
  if (pid_ < 0) return;
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

} // namespace dhg::os
