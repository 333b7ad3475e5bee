#pragma once

#include "dhg/unique_fd.hpp"

namespace dhg::os {

/// An eventfd used as a flag that poll(2) can wait for. Thread-safe.
class EventFd {
 public:
  EventFd();
  /// Sets the flag; it stays set.
  void set() noexcept;
  [[nodiscard]] int fd() const noexcept { return fd_.get(); }

 private:
  UniqueFd fd_;
};

} // namespace dhg::os
