#pragma once

#include "compare/condition.hpp"
#include "compare/measurement.hpp"
#include "compare/stats/comparison.hpp"
#include "compare/stats/summary.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dhg::compare {

/// A number that each run has, or may have.
struct Metric {
  std::string_view name; ///< as in the JSON document
  std::string_view title;
  std::string_view unit; ///< "ms", "MiB", or "" for a count
  std::optional<double> (*of)(const Run&);
};

/// Beside the time itself and its phases.
[[nodiscard]] const std::vector<Metric>& metrics();

struct VariantResult {
  std::size_t measured = 0; ///< runs, warm-up not among them
  std::size_t failed = 0;
  std::size_t failed_warm_ups = 0;
  stats::Summary wall_ms;                            ///< of those that succeeded
  std::vector<double> phase_medians_ms;              ///< by Phase; empty for an external
  std::vector<std::optional<double>> metric_medians; ///< in the order of metrics()
};

/// `thing` against `reference`, both indices of variants.
struct Pair {
  std::size_t thing = 0;
  std::size_t reference = 0;
  stats::Comparison comparison;
};

/// A run whose output is not that of the first run that succeeded.
struct Difference {
  std::size_t variant = 0;
  std::size_t runs = 0; ///< of the variant that differ
  std::size_t round = 0;
  std::string what; ///< of the first of them: "stdout, line 2: 'a' instead of 'b'"
};

struct ConditionResult {
  std::string text;
  Condition::Finding finding;
};

/// A variant against the one of that name in a baseline.
struct BaselineResult {
  std::string variant;
  stats::Comparison comparison;
};

struct Analysis {
  std::vector<VariantResult> variants;
  std::vector<Pair> pairs; ///< every two variants, the earlier one the reference
  std::vector<Difference> differences;
  std::vector<std::pair<std::string, std::size_t>> failures; ///< what happened, how often
  std::vector<ConditionResult> conditions;
  std::string baseline; ///< its name; empty without one
  std::vector<BaselineResult> against_baseline;

  /// Whether something is wrong: a run failed, outputs differ, a condition holds or
  /// cannot be told.
  [[nodiscard]] bool failed() const;
};

/// Times of the runs of one variant that succeeded, warm-up left out.
[[nodiscard]] std::vector<double> times_of(const Measurement& measurement, std::size_t variant);

/// Where even the clearest difference could not be shown, because there are too few rounds for
/// the number of pairs: how many are needed. Nothing otherwise. Pure.
[[nodiscard]] std::optional<std::size_t> rounds_needed(const Analysis& analysis);

/// Summaries, pairs (p corrected by Holm for their number) and outputs. Conditions
/// and baseline are the caller's. Pure.
[[nodiscard]] Analysis analyse(const Measurement& measurement);

} // namespace dhg::compare
