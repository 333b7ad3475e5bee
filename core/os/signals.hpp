#pragma once

#include "dhg/unique_fd.hpp"

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

} // namespace dhg::os
