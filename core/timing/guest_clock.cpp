#include "timing/guest_clock.hpp"

namespace dhg::timing {

std::optional<ClockOffset> estimate_offset(const Exchange& exchange) {
  if (exchange.guest_answered < exchange.guest_received) return std::nullopt;
  const auto earliest = exchange.sent - exchange.guest_received;
  const auto latest = exchange.answered - exchange.guest_answered;
  if (latest < earliest) return std::nullopt;
  const auto error = (latest - earliest) / 2;
  return ClockOffset{earliest + error, error};
}

} // namespace dhg::timing
