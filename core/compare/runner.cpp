#include "compare/runner.hpp"

#include "compare/child.hpp"
#include "compare/exec_answer.hpp"
#include "compare/schedule.hpp"
#include "dhg/error.hpp"
#include "os/page_cache.hpp"
#include "os/process.hpp"
#include "os/resources.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace dhg::compare {
namespace {

using Clock = std::chrono::steady_clock;
using Files = std::vector<std::filesystem::path>;
using Residency = std::vector<std::vector<bool>>;

constexpr std::uint64_t kPage = 4096;

Residency residency_of(const Files& files) {
  Residency result;
  result.reserve(files.size());
  for (const auto& file : files) result.push_back(os::resident_pages(file));
  return result;
}

std::uint64_t bytes_in(const Residency& residency) {
  std::uint64_t pages = 0;
  for (const auto& file : residency)
    pages += static_cast<std::uint64_t>(std::count(file.begin(), file.end(), true));
  return pages * kPage;
}

std::uint64_t bytes_added(const Residency& before, const Residency& after) {
  std::uint64_t pages = 0;
  for (std::size_t file = 0; file < std::min(before.size(), after.size()); ++file)
    for (std::size_t i = 0; i < std::min(before[file].size(), after[file].size()); ++i)
      if (after[file][i] && !before[file][i]) ++pages;
  return pages * kPage;
}

ProcessSpec command_of(const Variant& variant, const std::filesystem::path& notes,
                       const RunnerContext& context) {
  if (variant.external) return {"/bin/sh", {"-c", *variant.external}, context.environment, {}};
  // The link itself, not where it points to: that may have been replaced meanwhile.
  ProcessSpec spec{"/proc/self/exe", {"exec", "--vm", "--json"}, context.environment, {}};
  spec.args.insert(spec.args.end(), variant.options.begin(), variant.options.end());
  if (!notes.empty())
    spec.args.insert(spec.args.end(), {"--set", "page_server.notes=" + notes.string()});
  spec.args.insert(spec.args.end(), context.program.begin(), context.program.end());
  return spec;
}

// An exit code of dhg's own is explained by its answer.
std::string why_failed(const ChildEnd& end, const RunnerContext& context, bool external) {
  if (end.timed_out) return fmt::format("took longer than {} ms", context.limit.count());
  if (end.too_much_output) return "printed more than 64 MiB";
  if (end.status != 0 && (external || os::ended_by_signal(end.status)))
    return describe_wait_status(end.status);
  return {};
}

void take_external(const ChildEnd& end, std::uint64_t own_peak, Run& run) {
  run.output = {os::exit_code(end.status), end.out, end.err, ""};
  // The first process of a child shares our memory for a moment, which counts as its own.
  if (end.use.peak_bytes > own_peak) run.peak_bytes = end.use.peak_bytes;
}

// @return nothing if a signal to us ended it: that tells nothing about the variant
std::optional<Run> run_once(const Measurement& measurement, std::size_t index,
                            const RunnerContext& context) {
  const auto& variant = measurement.variants[index];
  const auto& files = context.facts[index].files;
  const auto cache = measurement.cache;
  Run run;
  if (cache == CacheMode::cold)
    for (const auto& file : files) os::drop_pages(file);
  const auto before = residency_of(files);
  if (cache == CacheMode::cold) run.left_in_cache = bytes_in(before);
  const auto own_peak = os::own_resources().peak_bytes;
  const auto end =
      run_child(command_of(variant, context.notes[index], context), context.signals, context.limit);
  if (end.signal != 0) return std::nullopt;
  run.wall_ms = end.wall_ms;
  run.cpu_ms = end.use.cpu_seconds * 1000;
  run.major_faults = end.use.major_faults;
  run.failure = why_failed(end, context, variant.external.has_value());
  if (variant.external) {
    take_external(end, own_peak, run);
  } else {
    take_exec_answer(end.out, end.err, run);
    if (run.failure.empty() && end.status != 0) run.failure = describe_wait_status(end.status);
    if (run.costs) run.costs->cache_miss_bytes = bytes_added(before, residency_of(files));
  }
  return run;
}

} // namespace

void measure(Measurement& measurement, const RunnerContext& context) {
  const auto all_rounds = measurement.warm_up_rounds + measurement.rounds;
  const auto rounds = draw_rounds(measurement.variants.size(), all_rounds, measurement.seed);
  const auto began = Clock::now();
  for (std::size_t round = 0; round < rounds.size(); ++round) {
    for (const auto index : rounds[round]) {
      const std::chrono::duration<double> since = Clock::now() - began;
      auto run = run_once(measurement, index, context);
      if (!run) {
        measurement.interrupted = true;
        return;
      }
      run->variant = index;
      run->round = round;
      run->warm_up = round < measurement.warm_up_rounds;
      run->began_s = since.count();
      measurement.runs.push_back(std::move(*run));
      context.progress(measurement.runs.size(), rounds.size() * measurement.variants.size());
    }
  }
}

} // namespace dhg::compare
