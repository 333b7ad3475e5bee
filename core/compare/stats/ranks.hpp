#pragma once

#include <span>
#include <vector>

namespace dhg::compare::stats {

/// Ranks from 1; equal values share the mean of theirs.
struct Ranks {
  std::vector<double> of; ///< in the order of the values
  double tie_sum = 0;     ///< of t^3 - t over all groups of t equal values
};

[[nodiscard]] Ranks rank(std::span<const double> values);

} // namespace dhg::compare::stats
