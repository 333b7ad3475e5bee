#include "command.hpp"
#include "compare_notes.hpp"
#include "compare_progress.hpp"
#include "output_file.hpp"
#include "setup.hpp"

#include "compare/baseline.hpp"
#include "compare/document.hpp"
#include "compare/preflight.hpp"
#include "compare/reports/reports.hpp"
#include "compare/runner.hpp"
#include "config/units.hpp"
#include "dhg/error.hpp"
#include "os/descriptors.hpp"
#include "os/file.hpp"
#include "os/process.hpp"
#include "run/exec/preflight.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

namespace dhg::cli {
namespace {

using namespace compare;
using Texts = std::vector<std::string>;

constexpr unsigned kMostRounds = 10'000;
constexpr int kExitDifferent = 1;
constexpr int kExitInterrupted = 130;

Usage compare_usage() {
  Usage usage;
  usage.about =
      "Runs a program with several configurations, interleaved in random order, and reports\n"
      "which is faster, with confidence intervals. docs/compare.md explains the report.\n"
      "Exits with 1 if a run failed, outputs differ or a --fail-if condition holds; with 2\n"
      "for a mistake in the command line or a config; with 130 after Ctrl-C, once it has\n"
      "reported the results so far.";
  usage.arguments = {{"CONFIG_FILE", "YAML files, or names of installed ones", {}, true}};
  usage.options.add_options()("code,c", po::value<std::string>()->value_name("CODE"),
                              "the program")(
      "script", po::value<std::string>()->value_name("SCRIPT"), "the program, as a file")(
      "set", po::value<Texts>()->value_name("KEY=VALUE")->composing(),
      "override one setting in every config")(
      "vary", po::value<Texts>()->value_name("KEY=VALUE,VALUE")->composing(),
      "run every config with each of these values; if repeated, with every combination")(
      "external", po::value<Texts>()->value_name("NAME=COMMAND")->composing(),
      "add a shell command as a variant")("runs",
                                          po::value<unsigned>()->value_name("N")->default_value(20),
                                          "rounds, in each of which every variant runs once")(
      "warm-up", po::value<unsigned>()->value_name("N")->default_value(2),
      "warm-up rounds before those; they do not count")(
      "seed", po::value<std::uint64_t>()->value_name("N")->default_value(1),
      "seed of the random order and of the resampling")(
      "cache", po::value<std::string>()->value_name("warm|cold")->default_value("warm"),
      "cold: drop the snapshot from the page cache before each run")(
      "share-notes",
      "let page servers that learn keep their notes with the snapshot, as in other "
      "runs, so that variants learn from each other (default: each variant for itself)")(
      "timeout", po::value<std::string>()->value_name("TIME")->default_value("1m"),
      "time limit of one run; a run that reaches it has failed")(
      "markdown", po::value<std::string>()->value_name("FILE"), "write the tables to this file")(
      "csv", po::value<std::string>()->value_name("FILE"), "write one line per run to this file")(
      "json", po::value<std::string>()->value_name("FILE"), "write all data to this file")(
      "html", po::value<std::string>()->value_name("FILE"),
      "write a page with charts to this file")(
      "fail-if", po::value<Texts>()->value_name("CONDITION")->composing(),
      "condition on medians: \"b > a * 1.05\", \"a > 150ms\", \"a > baseline.a * 1.1\"")(
      "save-baseline", po::value<std::string>()->value_name("NAME"),
      "save the result under this name")("baseline", po::value<std::string>()->value_name("NAME"),
                                         "compare with a saved result")(
      "any-machine", "accept a baseline from another machine");
  return usage;
}

Texts texts(const po::variables_map& values, const char* name) {
  return values.count(name) != 0 ? values[name].as<Texts>() : Texts{};
}

std::optional<std::string> text(const po::variables_map& values, const char* name) {
  return values.count(name) != 0 ? std::optional(values[name].as<std::string>()) : std::nullopt;
}

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
}

// They go over the files, and would make all variants the same.
void refuse_switches() {
  for (const char* name : {"DHG_VM_EAGER_UFFD", "DHG_VM_NO_UFFD"})
    if (environment(name).value_or("") == "1")
      throw Error(Blame::usage,
                  fmt::format("{}=1 would give all variants the same page server", name),
                  fmt::format("unset {}", name));
}

unsigned rounds(const po::variables_map& values, const char* name, unsigned least) {
  const auto count = values[name].as<unsigned>();
  if (count < least || count > kMostRounds)
    throw Error(Blame::usage,
                fmt::format("--{} {}: expected {} to {}", name, count, least, kMostRounds));
  return count;
}

CacheMode cache_mode(const po::variables_map& values) {
  const auto word = values["cache"].as<std::string>();
  if (word == "warm") return CacheMode::warm;
  if (word == "cold") return CacheMode::cold;
  throw Error(Blame::usage, fmt::format("--cache {}: expected warm or cold", word));
}

std::chrono::milliseconds limit(const po::variables_map& values) {
  const auto word = values["timeout"].as<std::string>();
  if (const auto limit = config::parse_duration(word)) return *limit;
  throw Error(Blame::usage,
              fmt::format("--timeout {}: expected a time such as 500ms, 30s or 5m", word));
}

struct Program {
  Texts options; ///< of dhg exec
  std::string shown;
};

Program read_program(const po::variables_map& values, bool needed) {
  const auto code = text(values, "code");
  const auto script = text(values, "script");
  if (code && script) throw Error(Blame::usage, "give either -c or --script, not both", "");
  if (code) return {{"-c", *code}, *code};
  if (script && !os::may_read(*script))
    throw system_error(errno, fmt::format("cannot read '{}'", *script));
  // A name in front of which there is "-" would be an option.
  if (script) return {{script->starts_with('-') ? "./" + *script : *script}, *script};
  if (needed)
    throw Error(Blame::usage, "nothing to run: give -c CODE or --script FILE",
                "see: dhg compare --help");
  return {};
}

// Everything that is written at the end, opened at the beginning.
class Reports {
 public:
  explicit Reports(const po::variables_map& values) {
    for (const auto* name : {"markdown", "csv", "json", "html"})
      if (const auto path = text(values, name)) open(name, *path);
  }

  void write(const CompareResult& result, const nlohmann::json& document) {
    if (markdown_) markdown_->publish(markdown_report(result));
    if (csv_) csv_->publish(csv_report(result));
    if (json_)
      json_->publish(document.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
    if (html_) html_->publish(html_report(result, document));
  }

 private:
  void open(std::string_view name, const std::string& path) {
    (name == "markdown" ? markdown_
     : name == "csv"    ? csv_
     : name == "json"   ? json_
                        : html_)
        .emplace(path);
  }

  std::optional<OutputFile> markdown_;
  std::optional<OutputFile> csv_;
  std::optional<OutputFile> json_;
  std::optional<OutputFile> html_;
};

Baseline load_baseline(const BaselineStore& store, const std::string& name,
                       Measurement& measurement, bool any_machine) {
  auto baseline = store.load(name);
  if (const auto why = differs(baseline.machine, measurement.machine); !why.empty()) {
    if (!any_machine)
      throw Error(Blame::usage, fmt::format("baseline '{}' is from another machine: {}", name, why),
                  "to compare anyway: --any-machine");
    measurement.notes.push_back(
        fmt::format("baseline '{}' is from another machine: {}", name, why));
  }
  const auto& there = baseline.machine;
  const auto& here = measurement.machine;
  if (there.dhg_version != here.dhg_version || there.vmm_versions != here.vmm_versions)
    measurement.notes.push_back(
        fmt::format("baseline '{}' was made with other versions: dhg {}, {}", name,
                    there.dhg_version, fmt::join(there.vmm_versions, ", ")));
  measurement.notes.push_back(fmt::format(
      "baseline '{}' was measured {}: at another time, so unpaired", name, baseline.began));
  return baseline;
}

std::vector<Condition> parse_conditions(const Texts& given, const Measurement& measurement,
                                        const std::optional<Baseline>& baseline) {
  Texts names;
  for (const auto& variant : measurement.variants) names.push_back(variant.name);
  if (baseline)
    for (const auto& [name, times] : baseline->times_ms) names.push_back("baseline." + name);
  std::vector<Condition> conditions;
  for (const auto& condition : given) conditions.emplace_back(condition, names);
  return conditions;
}

std::vector<ConditionResult> evaluate(const std::vector<Condition>& conditions,
                                      const Measurement& measurement,
                                      const std::optional<Baseline>& baseline) {
  const auto median_of = [&](const std::string& name) -> std::optional<double> {
    std::vector<double> times;
    for (std::size_t i = 0; i < measurement.variants.size(); ++i)
      if (measurement.variants[i].name == name) times = times_of(measurement, i);
    if (times.empty() && baseline && name.starts_with("baseline."))
      if (const auto known = baseline->times_ms.find(name.substr(name.find('.') + 1));
          known != baseline->times_ms.end())
        times = known->second;
    return times.empty() ? std::nullopt : std::optional(stats::median(times));
  };
  std::vector<ConditionResult> results;
  for (const auto& condition : conditions)
    results.push_back({condition.text(), condition.evaluate(median_of)});
  return results;
}

void note_cache(Measurement& measurement) {
  if (measurement.cache != CacheMode::cold) return;
  std::size_t warm = 0;
  std::uint64_t most = 0;
  bool external = false;
  for (const auto& run : measurement.runs) {
    warm += run.left_in_cache > 0 ? 1 : 0;
    most = std::max(most, run.left_in_cache);
    external = external || measurement.variants[run.variant].external;
  }
  if (warm > 0)
    measurement.notes.push_back(
        fmt::format("the cache was not cold before {} of {} runs: the kernel kept up to {} KiB of "
                    "the snapshot, which some process has mapped",
                    warm, measurement.runs.size(), most / 1024));
  if (external)
    measurement.notes.emplace_back(
        "files that external commands read are unknown and were not dropped from the page cache");
}

void note_few_rounds(Measurement& measurement, const Analysis& analysis) {
  if (const auto needed = rounds_needed(analysis))
    measurement.notes.push_back(fmt::format(
        "too few rounds for a verdict: with {} pair{} of variants, no difference can be shown with "
        "fewer than {} rounds (--runs {})",
        analysis.pairs.size(), analysis.pairs.size() == 1 ? "" : "s", *needed, *needed));
}

Measurement plan(const Invocation& invocation, const run::Layout& layout) {
  const auto& values = invocation.values;
  VariantRequest request{invocation.arguments, texts(values, "set"), {}, texts(values, "external")};
  for (const auto& axis : texts(values, "vary")) request.axes.push_back(parse_axis(axis));
  if (request.configs.empty() && !request.axes.empty())
    throw Error(Blame::usage, "--vary needs a config to vary", "for example: fast.yaml");
  Measurement measurement;
  measurement.variants = make_variants(request, layout.configs, environment);
  measurement.rounds = rounds(values, "runs", 1);
  measurement.warm_up_rounds = rounds(values, "warm-up", 0);
  measurement.seed = values["seed"].as<std::uint64_t>();
  measurement.cache = cache_mode(values);
  measurement.began = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
  measurement.machine = this_machine();
  measurement.machine.dhg_version = DHG_VERSION;
  return measurement;
}

int compare(const Invocation& invocation) {
  const auto& values = invocation.values;
  refuse_switches();
  const auto layout = run::installed_layout();
  auto measurement = plan(invocation, layout);
  const auto& variants = measurement.variants;
  const auto program =
      read_program(values, std::any_of(variants.begin(), variants.end(),
                                       [](const auto& variant) { return !variant.external; }));
  measurement.program = program.shown;
  const auto store = make_store();
  const auto registry = make_registry(layout);
  const auto facts = check_variants(measurement, [&](const config::Settings& settings) {
    auto found = run::preflight(settings, registry, store, layout);
    return VariantFacts{found.accelerator,        found.vmm_version,
                        std::move(found.files),   std::move(found.substitution),
                        std::move(found.learner), std::move(found.snapshot)};
  });
  const bool share_notes = values.count("share-notes") != 0;
  if (std::any_of(facts.begin(), facts.end(), [](const auto& f) { return !f.learner.empty(); }))
    measurement.learning = share_notes ? Learning::together : Learning::apart;
  const BaselineStore baselines(store.root());
  std::optional<Baseline> baseline;
  if (const auto name = text(values, "baseline"))
    baseline = load_baseline(baselines, *name, measurement, values.count("any-machine") != 0);
  const auto conditions = parse_conditions(texts(values, "fail-if"), measurement, baseline);
  const auto keep = text(values, "save-baseline");
  if (keep) (void)baselines.path(*keep); // refuses what is no name
  os::SignalFd signals; // not before: what is read until here may be a pipe that nobody writes
  Reports reports(values);

  {
    std::optional<CompareNotes> notes;
    if (!share_notes) notes.emplace(store, measurement, facts);
    Progress progress;
    measure(measurement,
            {program.options, facts,
             notes ? notes->folders() : std::vector<std::filesystem::path>(facts.size()),
             os::own_environment(), limit(values), signals,
             [&](std::size_t done, std::size_t all) { progress(done, all); }});
  }
  note_cache(measurement);
  auto analysis = analyse(measurement);
  note_few_rounds(measurement, analysis);
  analysis.conditions = evaluate(conditions, measurement, baseline);
  if (baseline) {
    analysis.baseline = baseline->name;
    analysis.against_baseline = compare_with(*baseline, measurement);
  }
  const bool whole = !measurement.interrupted && analysis.failures.empty();
  if (keep && !whole)
    measurement.notes.push_back(fmt::format("baseline '{}' was not saved: {}", *keep,
                                            measurement.interrupted ? "the measurement was "
                                                                      "interrupted"
                                                                    : "runs failed"));
  const CompareResult result{measurement, analysis};
  const auto everything = document(measurement, analysis);
  const bool colour =
      os::is_terminal(os::kStandardOutput) && environment("NO_COLOR").value_or("").empty();
  {
    const os::SignalsEndUs at_once;
    std::cout << table_report(result, colour) << std::flush;
  }
  reports.write(result, everything);
  if (keep && whole)
    baselines.save(*keep, everything.dump(1, ' ', false, nlohmann::json::error_handler_t::replace));
  if (measurement.interrupted) return kExitInterrupted;
  return analysis.failed() ? kExitDifferent : 0;
}

} // namespace

const Command compare_command{"compare", "measure which configuration is faster", compare_usage,
                              compare};

} // namespace dhg::cli
