#pragma once

#include "compare/stats/bootstrap.hpp"
#include "compare/stats/tests.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace dhg::compare::stats {

/// How the times of a thing compare with those of a reference.
struct Comparison {
  std::size_t pairs = 0;  ///< 0: nothing could be compared
  bool paired = true;     ///< formed within rounds; else between two samples
  double difference = 0;  ///< median of thing - reference, in the times' unit
  Interval difference_ci; ///< paired only
  double ratio = 1;       ///< median of thing / reference; below 1: the thing is faster
  Interval ratio_ci{1, 1};
  TestResult test;
  double p_corrected = 1; ///< for as many comparisons as were made at once
};

enum class Verdict { faster, slower, no_difference_shown, not_comparable };

/// `thing[i]` and `reference[i]` belong to one round; all are positive.
[[nodiscard]] Comparison compare_paired(std::span<const double> thing,
                                        std::span<const double> reference, std::uint64_t seed);
/// Two samples from different times: the ratio is that of their medians.
[[nodiscard]] Comparison compare_samples(std::span<const double> thing,
                                         std::span<const double> reference, std::uint64_t seed);

inline constexpr double kSignificant = 0.05;

/// A difference is shown where the corrected p is below kSignificant and the interval of the
/// ratio leaves 1 out.
[[nodiscard]] Verdict verdict(const Comparison& comparison);
/// "faster by 1.31x [1.24, 1.40]", "slower by ...", "no difference shown (ratio 1.01
/// [0.98, 1.03])". What follows "faster by" is how many times less it takes.
[[nodiscard]] std::string in_words(const Comparison& comparison);

} // namespace dhg::compare::stats
