#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace dhg::compare::stats {

struct Interval {
  double low = 0;
  double high = 0;
};

/// 95 % percentile intervals by resampling with replacement. The same seed gives the
/// same interval on every machine.
class Bootstrap {
 public:
  static constexpr double kLevel = 0.95;
  static constexpr std::size_t kResamples = 10'000;

  explicit Bootstrap(std::uint64_t seed) : seed_(seed) {}

  /// Of the median of `values`, which are not empty.
  [[nodiscard]] Interval median(std::span<const double> values) const;
  /// Of median(a) / median(b), of two samples that are not paired and not empty.
  [[nodiscard]] Interval ratio_of_medians(std::span<const double> a,
                                          std::span<const double> b) const;

 private:
  std::uint64_t seed_;
};

} // namespace dhg::compare::stats
