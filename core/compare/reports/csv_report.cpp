#include "compare/reports/reports.hpp"

#include <fmt/format.h>

namespace dhg::compare {
namespace {

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"') result += '"';
    result += c;
  }
  return result + '"';
}

} // namespace

std::string csv_report(const CompareResult& result) {
  std::string text = "variant,round,warm_up,began_s,wall_ms,failure";
  for (const auto phase : kPhaseNames) text += fmt::format(",{}_ms", phase);
  for (const auto& metric : metrics()) text += fmt::format(",{}", metric.name);
  text += "\r\n";
  for (const auto& run : result.measurement.runs) {
    text += fmt::format("{},{},{},{:.6f},{:.6f},{}",
                        csv_field(result.measurement.variants[run.variant].name), run.round,
                        run.warm_up ? 1 : 0, run.began_s, run.wall_ms, csv_field(run.failure));
    for (std::size_t phase = 0; phase < kPhaseNames.size(); ++phase)
      text += run.costs ? fmt::format(",{:.6f}", run.costs->phases[phase]) : ",";
    for (const auto& metric : metrics()) {
      const auto value = metric.of(run);
      text += value ? fmt::format(",{}", *value) : ",";
    }
    text += "\r\n";
  }
  return text;
}

} // namespace dhg::compare
