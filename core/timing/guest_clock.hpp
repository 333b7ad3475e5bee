#pragma once

#include "timing/timeline.hpp"

#include <chrono>
#include <optional>

namespace dhg::timing {

/// One request and its answer, on two clocks.
struct Exchange {
  Clock::time_point sent;     ///< the host began to send
  Clock::time_point answered; ///< the host had the answer
  /// By the guest's clock: the request was there, the answer was ready.
  std::chrono::nanoseconds guest_received{};
  std::chrono::nanoseconds guest_answered{};
};

/// Where a guest's clock stands on ours.
struct ClockOffset {
  Clock::time_point guest_zero;     ///< the guest's clock showed 0
  std::chrono::nanoseconds error{}; ///< guest_zero is right to +- this much

  [[nodiscard]] Clock::time_point to_host(std::chrono::nanoseconds guest) const {
    return guest_zero + guest;
  }
};

/// A request arrives after it was sent and is answered before the answer is there:
/// that leaves an interval; this is its middle (Cristian's method).
/// @return nothing if no offset fits: the guest's times cannot be true
[[nodiscard]] std::optional<ClockOffset> estimate_offset(const Exchange& exchange);

} // namespace dhg::timing
