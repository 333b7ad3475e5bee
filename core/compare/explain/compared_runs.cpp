// What `dhg compare --json` tells about each of its runs.

#include "compare/explain/evidence.hpp"
#include "compare/explain/record_reader.hpp"

#include <cmath>
#include <map>

namespace dhg::compare::explain {
namespace {

using nlohmann::json;

constexpr std::size_t kMostRuns = 1'000'000;
constexpr std::size_t kMostVariants = 1000;

// Null where there is none. MiB in the record, like times, have fractions.
std::uint64_t metric(const json& run, const char* name, double unit, const RecordReader& read) {
  const auto& value = read.member(read.member(run, "metrics"), name);
  if (value.is_null()) return 0;
  const auto number = value.is_number() ? value.get<double>() * unit : NAN;
  if (!(number >= 0 && number < 1e15)) read.refuse("a metric is not a count");
  return static_cast<std::uint64_t>(number);
}

// The settings that all runs of a variant have.
struct OfVariant {
  bool external = false;
  std::string page_server;
  std::string result_channel;
};

std::map<std::string, OfVariant> read_variants(const json& document, const RecordReader& read) {
  std::map<std::string, OfVariant> variants;
  for (const auto& variant : read.list(document, "variants", kMostVariants)) {
    auto& of = variants[read.word(variant, "name")];
    of.external = !read.word(variant, "external").empty();
    if (of.external) continue;
    const auto& values = read.member(variant, "values");
    of.page_server = read.word(values, "page_server.plugin");
    of.result_channel = read.word(values, "result_channel.plugin");
  }
  return variants;
}

Evidence evidence_of(const json& run, const OfVariant& variant, const std::string& accelerator,
                     const RecordReader& read) {
  constexpr double kMiB = 1024.0 * 1024.0;
  Evidence evidence;
  evidence.elapsed_ms = read.length(run, "wall_ms", 1);
  const auto& phases = read.member(run, "phases_ms");
  for (std::size_t i = 0; i < kPhaseNames.size(); ++i)
    evidence.phases[i] = read.length(phases, std::string(kPhaseNames[i]).c_str(), 1);
  const auto of = [&](Phase phase) { return evidence.phases[static_cast<std::size_t>(phase)]; };
  evidence.guest_run_known = false;
  evidence.attach_ms = of(Phase::load);
  evidence.running_ms = of(Phase::resume) + of(Phase::connect) + of(Phase::run);
  evidence.page_server = variant.page_server;
  evidence.result_channel = variant.result_channel;
  evidence.accelerator = accelerator;
  evidence.faults = metric(run, "faults", 1, read);
  evidence.copied_bytes = metric(run, "copied_mib", kMiB, read);
  evidence.zeroed_bytes = metric(run, "zeroed_mib", kMiB, read);
  evidence.major_faults = metric(run, "major_faults", 1, read);
  return evidence;
}

} // namespace

std::optional<std::vector<ComparedRun>> read_compared_runs(const std::string& text,
                                                           const std::string& name) {
  const RecordReader read(name);
  const auto document = read.parse(text);
  if (!document.contains("variants") || !document.contains("runs")) return std::nullopt;
  std::vector<ComparedRun> runs;
  try {
    const auto variants = read_variants(document, read);
    const auto accelerator = read.word(read.member(document, "machine"), "accelerator");
    for (const auto& run : read.list(document, "runs", kMostRuns)) {
      ComparedRun compared{
          read.word(run, "variant"), read.count(run, "round"), read.word(run, "failure"), {}};
      const auto of = variants.find(compared.variant);
      if (of == variants.end()) read.refuse("a run is of no variant");
      if (of->second.external || read.member(run, "warm_up") == true) continue;
      if (compared.failure.empty())
        compared.evidence = evidence_of(run, of->second, accelerator, read);
      runs.push_back(std::move(compared));
    }
  } catch (const json::exception&) {
    read.refuse("a value in it has the wrong type");
  }
  return runs;
}

} // namespace dhg::compare::explain
