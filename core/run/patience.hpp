#pragma once

#include "os/event_fd.hpp"
#include "run/guest_session.hpp"

#include <thread>

namespace dhg::run {

/// Watches for signals and the user's deadline while this thread waits inside a call
/// of the VM, which knows of neither; ends the VMM then, so that the call returns.
class Patience {
 public:
  explicit Patience(const Watch& watch);
  ~Patience();
  Patience(const Patience&) = delete;
  Patience& operator=(const Patience&) = delete;

  /// The call is over. @return what was seen meanwhile
  [[nodiscard]] ExchangeEnd end();

 private:
  const Watch& watch_;
  os::EventFd over_;
  ExchangeEnd seen_;
  std::thread thread_; // last: uses all of the above
};

} // namespace dhg::run
