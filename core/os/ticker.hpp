#pragma once

#include "dhg/unique_fd.hpp"

#include <chrono>

namespace dhg::os {

/// A timer that poll(2) can wait for and that expires again and again.
class Ticker {
 public:
  /// @throws Error if there is no timer to be had
  Ticker();
  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  /// From now on; zero: no more. @return false if the kernel refuses
  bool set(std::chrono::nanoseconds interval) noexcept;
  /// Makes it unreadable until it expires again.
  void take() noexcept;

 private:
  const UniqueFd fd_;
};

} // namespace dhg::os
