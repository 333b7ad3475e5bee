#include "compare/document.hpp"

#include <nlohmann/json.hpp>

namespace dhg::compare {
namespace {

using nlohmann::json;

constexpr int kFormat = 1;

template <class T>
json optional(const std::optional<T>& value) {
  return value ? json(*value) : json();
}

json to_json(const Machine& machine) {
  return {{"cpu", machine.cpu},
          {"processors", machine.processors},
          {"memory_bytes", machine.memory_bytes},
          {"kernel", machine.kernel},
          {"accelerator", machine.accelerator},
          {"dhg_version", machine.dhg_version},
          {"vmm_versions", machine.vmm_versions}};
}

json to_json(const stats::Summary& summary) {
  return {{"count", summary.count},
          {"minimum", summary.minimum},
          {"lower_quartile", summary.lower_quartile},
          {"median", summary.median},
          {"upper_quartile", summary.upper_quartile},
          {"maximum", summary.maximum},
          {"mean", summary.mean}};
}

const char* word(stats::Verdict verdict) {
  switch (verdict) {
    case stats::Verdict::faster:
      return "faster";
    case stats::Verdict::slower:
      return "slower";
    case stats::Verdict::no_difference_shown:
      return "no difference shown";
    case stats::Verdict::not_comparable:
      break;
  }
  return "not comparable";
}

json word(Learning learning) {
  switch (learning) {
    case Learning::apart:
      return "apart";
    case Learning::together:
      return "together";
    case Learning::none:
      break;
  }
  return nullptr;
}

json to_json(const stats::Comparison& comparison) {
  json object{{"pairs", comparison.pairs},
              {"paired", comparison.paired},
              {"difference_ms", comparison.difference},
              {"difference_ci_ms", nullptr},
              {"ratio", comparison.ratio},
              {"ratio_ci", {comparison.ratio_ci.low, comparison.ratio_ci.high}},
              {"p", comparison.test.p},
              {"p_corrected", comparison.p_corrected},
              {"exact", comparison.test.exact},
              {"verdict", word(stats::verdict(comparison))},
              {"words", stats::in_words(comparison)}};
  if (comparison.paired)
    object["difference_ci_ms"] = {comparison.difference_ci.low, comparison.difference_ci.high};
  return object;
}

json phases_of(const std::vector<double>& times) {
  if (times.empty()) return nullptr;
  json object = json::object();
  for (std::size_t i = 0; i < times.size(); ++i) object[std::string(kPhaseNames[i])] = times[i];
  return object;
}

json to_json(const Variant& variant, const VariantResult& result) {
  json values = json::object();
  for (const auto& [key, value] : variant.values) values[key] = value;
  json medians = json::object();
  for (std::size_t i = 0; i < metrics().size(); ++i)
    medians[std::string(metrics()[i].name)] = optional(result.metric_medians[i]);
  return {{"name", variant.name},
          {"external", optional(variant.external)},
          {"values", std::move(values)},
          {"runs", result.measured},
          {"failed", result.failed},
          {"failed_warm_ups", result.failed_warm_ups},
          {"wall_ms", to_json(result.wall_ms)},
          {"phases_ms", phases_of(result.phase_medians_ms)},
          {"metrics", std::move(medians)}};
}

json to_json(const Run& run, const std::string& variant) {
  json values = json::object();
  for (const auto& metric : metrics()) values[std::string(metric.name)] = optional(metric.of(run));
  json phases;
  if (run.costs) phases = phases_of({run.costs->phases.begin(), run.costs->phases.end()});
  return {{"variant", variant},
          {"round", run.round},
          {"warm_up", run.warm_up},
          {"began_s", run.began_s},
          {"wall_ms", run.wall_ms},
          {"failure", run.failure.empty() ? json() : json(run.failure)},
          {"phases_ms", std::move(phases)},
          {"metrics", std::move(values)}};
}

json outputs(const Measurement& measurement, const Analysis& analysis) {
  json differences = json::array();
  for (const auto& difference : analysis.differences)
    differences.push_back({{"variant", measurement.variants[difference.variant].name},
                           {"runs", difference.runs},
                           {"round", difference.round},
                           {"what", difference.what}});
  return {{"equal", analysis.differences.empty()}, {"differences", std::move(differences)}};
}

json conditions(const Analysis& analysis) {
  json all = json::array();
  for (const auto& condition : analysis.conditions)
    all.push_back({{"text", condition.text},
                   {"holds", optional(condition.finding.holds)},
                   {"left_ms", condition.finding.left},
                   {"right_ms", condition.finding.right}});
  return all;
}

json baseline(const Analysis& analysis) {
  if (analysis.baseline.empty()) return nullptr;
  json comparisons = json::array();
  for (const auto& result : analysis.against_baseline) {
    comparisons.push_back(to_json(result.comparison));
    comparisons.back()["variant"] = result.variant;
  }
  return {{"name", analysis.baseline}, {"comparisons", std::move(comparisons)}};
}

} // namespace

json document(const Measurement& measurement, const Analysis& analysis) {
  json variants = json::array();
  for (std::size_t i = 0; i < measurement.variants.size(); ++i)
    variants.push_back(to_json(measurement.variants[i], analysis.variants[i]));
  json pairs = json::array();
  for (const auto& pair : analysis.pairs) {
    pairs.push_back(to_json(pair.comparison));
    pairs.back()["variant"] = measurement.variants[pair.thing].name;
    pairs.back()["reference"] = measurement.variants[pair.reference].name;
  }
  json runs = json::array();
  for (const auto& run : measurement.runs)
    runs.push_back(to_json(run, measurement.variants[run.variant].name));
  json failures = json::array();
  for (const auto& [what, count] : analysis.failures)
    failures.push_back({{"what", what}, {"count", count}});
  json metric_list = json::array();
  for (const auto& metric : metrics())
    metric_list.push_back({{"name", metric.name}, {"title", metric.title}, {"unit", metric.unit}});
  return {{"format", kFormat},
          {"began", measurement.began},
          {"program", measurement.program},
          {"seed", measurement.seed},
          {"rounds", measurement.rounds},
          {"warm_up_rounds", measurement.warm_up_rounds},
          {"cache", measurement.cache == CacheMode::cold ? "cold" : "warm"},
          {"learning", word(measurement.learning)},
          {"interrupted", measurement.interrupted},
          {"passed", !analysis.failed()},
          {"notes", measurement.notes},
          {"machine", to_json(measurement.machine)},
          {"phase_names", kPhaseNames},
          {"metrics", std::move(metric_list)},
          {"variants", std::move(variants)},
          {"pairs", std::move(pairs)},
          {"outputs", outputs(measurement, analysis)},
          {"failures", std::move(failures)},
          {"conditions", conditions(analysis)},
          {"baseline", baseline(analysis)},
          {"runs", std::move(runs)}};
}

} // namespace dhg::compare
