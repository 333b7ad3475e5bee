#pragma once

#include "compare/explain/evidence.hpp"

namespace dhg::compare::explain {

/// What the faults of a trace come to; all zero without a trace.
struct FaultFacts {
  std::uint64_t faults = 0;
  double service_ms = 0; ///< of all of them
  double median_us = 0;
  double p95_us = 0;
  double bytes_a_ms = 0; ///< installed in that time
  double background_ms = 0;
  double background_mib = 0;
};

[[nodiscard]] FaultFacts fault_facts(const Evidence& evidence);

/// In how many aligned stretches of `size` bytes the faults of a trace lie.
[[nodiscard]] std::uint64_t blocks_of(const Evidence& evidence, std::uint64_t size);

} // namespace dhg::compare::explain
