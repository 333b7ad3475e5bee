#include "compare/reports/wording.hpp"

#include "text/utf8.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>

namespace dhg::compare {
namespace {

std::string number(double value) {
  return fmt::format("{:.{}f}", value, value >= 1000 ? 0 : value >= 100 ? 1 : 2);
}

// Leaves a row out that would say nothing.
void add_row(std::vector<Row>& rows, std::string title,
             const std::vector<std::optional<double>>& values) {
  const bool tells = std::any_of(values.begin(), values.end(),
                                 [](const auto& value) { return value && *value >= 0.005; });
  if (!tells) return;
  Row row{std::move(title), {}};
  for (const auto& value : values) row.cells.push_back(value ? number(*value) : "-");
  rows.push_back(std::move(row));
}

} // namespace

std::string describe_plan(const Measurement& m) {
  const auto rounds = [](std::size_t count) {
    return fmt::format("{} round{}", count, count == 1 ? "" : "s");
  };
  return fmt::format(
      "{}, each variant once in each, in random order (seed {}); {} to warm up; {} page cache{}",
      rounds(m.rounds), m.seed, rounds(m.warm_up_rounds),
      m.cache == CacheMode::cold ? "cold" : "warm",
      m.learning == Learning::apart      ? "; each variant learns for itself"
      : m.learning == Learning::together ? "; variants learn from each other (--share-notes)"
                                         : "");
}

std::string describe_machine(const Machine& machine) {
  auto text =
      fmt::format("{}, {} processors, {} MiB; Linux {}; dhg {}", machine.cpu, machine.processors,
                  machine.memory_bytes >> 20, machine.kernel, machine.dhg_version);
  if (!machine.vmm_versions.empty())
    text += fmt::format("; {} ({})", fmt::join(machine.vmm_versions, ", "), machine.accelerator);
  return text;
}

std::string describe_p(const stats::Comparison& comparison) {
  const bool corrected = comparison.p_corrected != comparison.test.p;
  const auto p = comparison.p_corrected;
  return (p < 0.0001 ? "p < 0.0001" : fmt::format("p = {:.4f}", p)) + (corrected ? " (Holm)" : "");
}

std::string describe_pair(const CompareResult& result, const Pair& pair) {
  const auto& variants = result.measurement.variants;
  return fmt::format("{} against {}: {}, {}", variants[pair.thing].name,
                     variants[pair.reference].name, stats::in_words(pair.comparison),
                     describe_p(pair.comparison));
}

std::vector<std::string> describe_findings(const CompareResult& result) {
  const auto& [measurement, analysis] = result;
  std::vector<std::string> lines;
  if (measurement.interrupted) lines.emplace_back("INTERRUPTED: this is what there was so far");
  for (const auto& [what, count] : analysis.failures)
    lines.push_back(fmt::format("FAILED {} times: {}", count, text::printable(what)));
  for (const auto& difference : analysis.differences)
    lines.push_back(fmt::format("OUTPUT DIFFERS in {} runs of {}: {}", difference.runs,
                                measurement.variants[difference.variant].name, difference.what));
  const bool any = std::any_of(measurement.runs.begin(), measurement.runs.end(),
                               [](const auto& run) { return run.failure.empty(); });
  if (any && analysis.differences.empty())
    lines.emplace_back("output: the same in all runs that succeeded");
  for (const auto& [text, finding] : analysis.conditions)
    lines.push_back(
        !finding.holds ? fmt::format("CONDITION '{}' cannot be told: a time is missing", text)
                       : fmt::format("{} '{}': {:.2f} and {:.2f} ms",
                                     *finding.holds ? "CONDITION HOLDS" : "condition does not hold",
                                     text, finding.left, finding.right));
  for (const auto& [variant, comparison] : analysis.against_baseline)
    lines.push_back(fmt::format("{} against baseline '{}': {}, {}", variant, analysis.baseline,
                                stats::in_words(comparison), describe_p(comparison)));
  for (const auto& note : measurement.notes) lines.push_back("note: " + note);
  return lines;
}

std::vector<Row> phase_rows(const CompareResult& result) {
  std::vector<Row> rows;
  for (std::size_t phase = 0; phase < kPhaseNames.size(); ++phase) {
    std::vector<std::optional<double>> values;
    for (const auto& variant : result.analysis.variants)
      values.push_back(variant.phase_medians_ms.empty()
                           ? std::nullopt
                           : std::optional(variant.phase_medians_ms[phase]));
    add_row(rows, std::string(kPhaseNames[phase]), values);
  }
  return rows;
}

std::vector<Row> metric_rows(const CompareResult& result) {
  std::vector<Row> rows;
  for (std::size_t i = 0; i < metrics().size(); ++i) {
    std::vector<std::optional<double>> values;
    for (const auto& variant : result.analysis.variants)
      values.push_back(variant.metric_medians[i]);
    const auto& metric = metrics()[i];
    add_row(
        rows,
        std::string(metric.title) + (metric.unit.empty() ? "" : fmt::format(" {}", metric.unit)),
        values);
  }
  return rows;
}

const stats::Comparison* against_first(const CompareResult& result, std::size_t variant) {
  for (const auto& pair : result.analysis.pairs)
    if (pair.reference == 0 && pair.thing == variant) return &pair.comparison;
  return nullptr;
}

} // namespace dhg::compare
