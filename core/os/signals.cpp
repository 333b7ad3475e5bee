#include "os/signals.hpp"

#include "dhg/error.hpp"

#include <sys/signalfd.h>
#include <unistd.h>
#include <cerrno>
#include <csignal>

namespace dhg::os {
namespace {

constexpr std::array kEndings{SIGINT, SIGTERM, SIGHUP};

sigset_t endings() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : kEndings) sigaddset(&set, number);
  return set;
}

} // namespace

SignalFd::SignalFd() {
  signal(SIGPIPE, SIG_IGN);
  signal(SIGCHLD, SIG_DFL); // where it came ignored, no child's end could be learned
  const auto set = endings();
  sigprocmask(SIG_BLOCK, &set, nullptr);
  fd_.reset(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd_) throw system_error(errno, "cannot create a signalfd");
}

int SignalFd::take() noexcept {
  signalfd_siginfo info{};
  if (read(fd_.get(), &info, sizeof info) != static_cast<ssize_t>(sizeof info)) return 0;
  return static_cast<int>(info.ssi_signo);
}

SignalsBlocked::SignalsBlocked() noexcept {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &mask_);
}

SignalsBlocked::~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &mask_, nullptr); }

SignalsEndUs::SignalsEndUs() noexcept {
  struct sigaction end {};
  end.sa_handler = [](int number) { _exit(128 + number); };
  for (std::size_t i = 0; i < kEndings.size(); ++i) sigaction(kEndings[i], &end, &actions_[i]);
  const auto set = endings();
  pthread_sigmask(SIG_UNBLOCK, &set, &mask_);
}

SignalsEndUs::~SignalsEndUs() {
  pthread_sigmask(SIG_SETMASK, &mask_, nullptr);
  for (std::size_t i = 0; i < kEndings.size(); ++i) sigaction(kEndings[i], &actions_[i], nullptr);
}

} // namespace dhg::os
