#pragma once

#include "compare/reports/reports.hpp"

#include <string>
#include <vector>

namespace dhg::compare {

/// Sentences that the terminal's table and the Markdown have in common.
[[nodiscard]] std::string describe_plan(const Measurement& measurement);
[[nodiscard]] std::string describe_machine(const Machine& machine);
/// "p = 0.0312", "p < 0.0001"; says when it was corrected for several comparisons.
[[nodiscard]] std::string describe_p(const stats::Comparison& comparison);
/// "a against b: faster by 1.31x [1.24, 1.40], p = 0.0001".
[[nodiscard]] std::string describe_pair(const CompareResult& result, const Pair& pair);
/// What is wrong, or to be known: failures, differences, conditions, notes.
[[nodiscard]] std::vector<std::string> describe_findings(const CompareResult& result);

/// A row of numbers, one a variant: a phase's or a metric's medians.
struct Row {
  std::string title;
  std::vector<std::string> cells; ///< "-" where there is none
};
/// Rows in which no variant has a number, or all have zero, are left out.
[[nodiscard]] std::vector<Row> phase_rows(const CompareResult& result);
[[nodiscard]] std::vector<Row> metric_rows(const CompareResult& result);

/// Against the first variant; nothing for that itself.
[[nodiscard]] const stats::Comparison* against_first(const CompareResult& result,
                                                     std::size_t variant);

} // namespace dhg::compare
