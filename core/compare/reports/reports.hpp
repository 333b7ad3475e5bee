#pragma once

#include "compare/analysis.hpp"

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace dhg::compare {

/// What every report shows.
struct CompareResult {
  const Measurement& measurement;
  const Analysis& analysis;
};

/// For a terminal: at most 80 columns, unless a name is longer.
[[nodiscard]] std::string table_report(const CompareResult& result, bool colour);
[[nodiscard]] std::string markdown_report(const CompareResult& result);
/// One line a run, warm-up and failed ones too; RFC 4180.
[[nodiscard]] std::string csv_report(const CompareResult& result);
/// One page that needs nothing from elsewhere, and no script for its verdicts.
/// @param document that of the comparison
[[nodiscard]] std::string html_report(const CompareResult& result, const nlohmann::json& document);

} // namespace dhg::compare
