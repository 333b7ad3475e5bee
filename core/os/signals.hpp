#pragma once

#include "dhg/unique_fd.hpp"

#include <array>
#include <csignal>

namespace dhg::os {

/// Turns SIGINT, SIGTERM and SIGHUP into something that poll(2) can wait for, and
/// SIGPIPE into EPIPE. Make it before any thread or child: they inherit the mask.
class SignalFd {
 public:
  SignalFd();
  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  /// The number of a signal that has arrived, or 0.
  [[nodiscard]] int take() noexcept;

 private:
  UniqueFd fd_;
};

/// While it is there, this thread blocks all signals, and the threads that it starts will: for one
/// that is started before SignalFd is made, and would be where the kernel delivers them.
class SignalsBlocked {
 public:
  SignalsBlocked() noexcept;
  ~SignalsBlocked();
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t mask_{};
};

/// While it is there, SIGINT, SIGTERM and SIGHUP end the process at once, with 128 and
/// their number: for writing to who may not read, when all else is done. On the main thread.
class SignalsEndUs {
 public:
  SignalsEndUs() noexcept;
  ~SignalsEndUs();
  SignalsEndUs(const SignalsEndUs&) = delete;
  SignalsEndUs& operator=(const SignalsEndUs&) = delete;

 private:
  sigset_t mask_{};
  std::array<struct sigaction, 3> actions_{};
};

} // namespace dhg::os
