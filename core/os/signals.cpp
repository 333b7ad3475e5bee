#include "os/signals.hpp"

#include "dhg/error.hpp"

#include <sys/signalfd.h>
#include <unistd.h>
#include <cerrno>
#include <csignal>

namespace dhg::os {

SignalFd::SignalFd() {
  signal(SIGPIPE, SIG_IGN);
  signal(SIGCHLD, SIG_DFL); // where it came ignored, no child's end could be learned
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, number);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  fd_.reset(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd_) throw system_error(errno, "cannot create a signalfd");
}

int SignalFd::take() noexcept {
  signalfd_siginfo info{};
  if (read(fd_.get(), &info, sizeof info) != static_cast<ssize_t>(sizeof info)) return 0;
  return static_cast<int>(info.ssi_signo);
}

} // namespace dhg::os
