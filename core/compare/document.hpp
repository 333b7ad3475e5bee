#pragma once

#include "compare/analysis.hpp"

#include <nlohmann/json_fwd.hpp>

namespace dhg::compare {

/// Everything about a comparison as one JSON object; docs/compare.schema.json says
/// what is in it. --json, the HTML page and baselines are made of it.
[[nodiscard]] nlohmann::json document(const Measurement& measurement, const Analysis& analysis);

} // namespace dhg::compare
