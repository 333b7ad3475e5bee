#pragma once

#include <chrono>

namespace dhg {

/// The point in time by which an operation must finish; after that it fails.
using Deadline = std::chrono::steady_clock::time_point;

/// The deadline that lies `span` from now.
[[nodiscard]] inline Deadline deadline_in(std::chrono::nanoseconds span) {
  return std::chrono::steady_clock::now() + span;
}

/// The milliseconds until `deadline` for poll(2), rounded up; 0 once it has passed.
[[nodiscard]] inline int poll_timeout_ms(Deadline deadline) {
  const auto left = deadline - std::chrono::steady_clock::now();
  if (left <= std::chrono::nanoseconds::zero()) return 0;
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return ms > 1'000'000'000 ? 1'000'000'000 : static_cast<int>(ms);
}

} // namespace dhg
