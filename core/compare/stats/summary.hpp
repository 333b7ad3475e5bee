#pragma once

#include <span>

namespace dhg::compare::stats {

/// The quantile `p` (0..1) of `values`, interpolated between order statistics: R's
/// type 7, NumPy's default. `values` is not empty.
[[nodiscard]] double quantile(std::span<const double> values, double p);
[[nodiscard]] double median(std::span<const double> values);

/// What a box plot shows, and the mean.
struct Summary {
  std::size_t count = 0;
  double minimum = 0;
  double lower_quartile = 0;
  double median = 0;
  double upper_quartile = 0;
  double maximum = 0;
  double mean = 0;
};

/// All zero for no values at all.
[[nodiscard]] Summary summarize(std::span<const double> values);

} // namespace dhg::compare::stats
