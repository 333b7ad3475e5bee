#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace dhg::compare::stats {

/// A two-sided test of whether two things differ in location.
struct TestResult {
  double statistic = 0;
  double p = 1;
  bool exact = false;   ///< by counting all cases, not by the normal approximation
  std::size_t used = 0; ///< observations that told something
};

/// Wilcoxon's signed-rank test of paired differences. Zeros are left out; equal
/// sizes share their mean rank. Up to 50 differences the distribution is counted
/// out, ties and all; above, the normal approximation with the corrections for ties
/// and continuity. The statistic is the smaller rank sum.
[[nodiscard]] TestResult wilcoxon_signed_rank(std::span<const double> differences);

/// Mann and Whitney's test of two samples that are not paired: the normal
/// approximation with the corrections for ties and continuity. The statistic is U
/// of `a`.
[[nodiscard]] TestResult mann_whitney(std::span<const double> a, std::span<const double> b);

/// Holm's correction of p-values for being several. In the order given.
[[nodiscard]] std::vector<double> holm(std::span<const double> p);

} // namespace dhg::compare::stats
