#include "compare/analysis.hpp"

#include "compare/output_difference.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <map>

namespace dhg::compare {
namespace {

constexpr double kMiB = 1024.0 * 1024.0;

std::optional<double> mebibytes(std::uint64_t bytes) { return static_cast<double>(bytes) / kMiB; }

bool counts(const Run& run, std::size_t variant) {
  return run.variant == variant && !run.warm_up && run.failure.empty();
}

std::vector<double> phase_medians(const Measurement& measurement, std::size_t variant) {
  std::vector<double> medians;
  for (std::size_t phase = 0; phase < kPhaseNames.size(); ++phase) {
    std::vector<double> values;
    for (const auto& run : measurement.runs)
      if (counts(run, variant) && run.costs) values.push_back(run.costs->phases[phase]);
    if (values.empty()) return {};
    medians.push_back(stats::median(values));
  }
  return medians;
}

VariantResult summarize(const Measurement& measurement, std::size_t variant) {
  VariantResult result;
  for (const auto& run : measurement.runs) {
    if (run.variant != variant) continue;
    const bool failed = !run.failure.empty();
    if (run.warm_up) {
      result.failed_warm_ups += failed ? 1 : 0;
    } else {
      ++result.measured;
      result.failed += failed ? 1 : 0;
    }
  }
  result.wall_ms = stats::summarize(times_of(measurement, variant));
  result.phase_medians_ms = phase_medians(measurement, variant);
  for (const auto& metric : metrics()) {
    std::vector<double> values;
    for (const auto& run : measurement.runs)
      if (counts(run, variant))
        if (const auto value = metric.of(run)) values.push_back(*value);
    result.metric_medians.push_back(values.empty() ? std::nullopt
                                                   : std::optional(stats::median(values)));
  }
  return result;
}

// Times by round, of rounds in which both succeeded.
stats::Comparison compare(const Measurement& measurement, std::size_t thing,
                          std::size_t reference) {
  std::map<std::size_t, std::pair<double, double>> rounds;
  for (const auto& run : measurement.runs) {
    if (counts(run, thing)) rounds[run.round].first = run.wall_ms;
    if (counts(run, reference)) rounds[run.round].second = run.wall_ms;
  }
  std::vector<double> things;
  std::vector<double> references;
  for (const auto& [round, times] : rounds) {
    if (!(times.first > 0 && times.second > 0)) continue;
    things.push_back(times.first);
    references.push_back(times.second);
  }
  return stats::compare_paired(things, references, measurement.seed);
}

std::vector<Pair> compare_all(const Measurement& measurement) {
  std::vector<Pair> pairs;
  std::vector<double> p;
  for (std::size_t reference = 0; reference < measurement.variants.size(); ++reference) {
    for (auto thing = reference + 1; thing < measurement.variants.size(); ++thing) {
      pairs.push_back({thing, reference, compare(measurement, thing, reference)});
      p.push_back(pairs.back().comparison.test.p);
    }
  }
  const auto corrected = stats::holm(p);
  for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i].comparison.p_corrected = corrected[i];
  return pairs;
}

std::vector<Difference> find_differences(const Measurement& measurement) {
  std::vector<Difference> differences;
  const Run* first = nullptr;
  for (const auto& run : measurement.runs) {
    if (!run.failure.empty()) continue;
    if (first == nullptr) first = &run;
    const bool both_dhg = !measurement.variants[run.variant].external &&
                          !measurement.variants[first->variant].external;
    const auto what = describe_difference(first->output, run.output, both_dhg);
    if (what.empty()) continue;
    const auto known = std::find_if(differences.begin(), differences.end(), [&](const auto& entry) {
      return entry.variant == run.variant;
    });
    if (known != differences.end()) {
      ++known->runs;
    } else {
      differences.push_back({run.variant, 1, run.round, what});
    }
  }
  return differences;
}

std::vector<std::pair<std::string, std::size_t>> count_failures(const Measurement& measurement) {
  std::map<std::string, std::size_t> counted;
  for (const auto& run : measurement.runs)
    if (!run.failure.empty())
      ++counted[fmt::format("{}: {}", measurement.variants[run.variant].name, run.failure)];
  return {counted.begin(), counted.end()};
}

} // namespace

const std::vector<Metric>& metrics() {
  using Value = std::optional<double>;
  static const std::vector<Metric> all{
      {"cpu_ms", "CPU time", "ms", [](const Run& run) -> Value { return run.cpu_ms; }},
      {"faults", "faults", "",
       [](const Run& run) -> Value {
         return run.costs ? Value(static_cast<double>(run.costs->faults)) : std::nullopt;
       }},
      {"copied_mib", "copied", "MiB",
       [](const Run& run) { return run.costs ? mebibytes(run.costs->copied_bytes) : Value(); }},
      {"zeroed_mib", "zeroed", "MiB",
       [](const Run& run) { return run.costs ? mebibytes(run.costs->zeroed_bytes) : Value(); }},
      {"dhg_peak_mib", "peak dhg", "MiB",
       [](const Run& run) { return run.costs ? mebibytes(run.costs->dhg_peak_bytes) : Value(); }},
      {"vmm_peak_mib", "peak VMM", "MiB",
       [](const Run& run) { return run.costs ? mebibytes(run.costs->vmm_peak_bytes) : Value(); }},
      {"command_peak_mib", "peak command", "MiB",
       [](const Run& run) { return run.peak_bytes ? mebibytes(*run.peak_bytes) : Value(); }},
      {"cache_miss_mib", "cache misses", "MiB",
       [](const Run& run) {
         return run.costs && run.costs->cache_miss_bytes ? mebibytes(*run.costs->cache_miss_bytes)
                                                         : Value();
       }},
      {"major_faults", "major faults", "",
       [](const Run& run) -> Value { return static_cast<double>(run.major_faults); }}};
  return all;
}

std::vector<double> times_of(const Measurement& measurement, std::size_t variant) {
  std::vector<double> times;
  for (const auto& run : measurement.runs)
    if (counts(run, variant)) times.push_back(run.wall_ms);
  return times;
}

bool Analysis::failed() const {
  return !failures.empty() || !differences.empty() ||
         std::any_of(conditions.begin(), conditions.end(),
                     [](const auto& condition) { return condition.finding.holds.value_or(true); });
}

std::optional<std::size_t> rounds_needed(const Analysis& analysis) {
  std::size_t most = 0;
  for (const auto& pair : analysis.pairs) most = std::max(most, pair.comparison.pairs);
  if (most == 0) return std::nullopt;
  // All differences have one sign: one of 2^n ways, at either end; Holm multiplies the
  // smallest p by the number of pairs.
  std::size_t needed = 1;
  auto p = static_cast<double>(analysis.pairs.size());
  while (p >= stats::kSignificant) {
    p /= 2;
    ++needed;
  }
  return most < needed ? std::optional(needed) : std::nullopt;
}

Analysis analyse(const Measurement& measurement) {
  Analysis analysis;
  for (std::size_t i = 0; i < measurement.variants.size(); ++i)
    analysis.variants.push_back(summarize(measurement, i));
  analysis.pairs = compare_all(measurement);
  analysis.differences = find_differences(measurement);
  analysis.failures = count_failures(measurement);
  return analysis;
}

} // namespace dhg::compare
