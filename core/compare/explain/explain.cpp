#include "compare/explain/explain.hpp"

#include "compare/explain/fault_facts.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace dhg::compare::explain {
namespace {

using compare::Phase;

constexpr double kWorthIt = 0.03; // of the run: less is within a run's own spread
constexpr double kLargeShare = 0.15;
constexpr double kMiB = 1024.0 * 1024.0;
constexpr std::uint64_t kPageBytes = 4096;
constexpr std::uint64_t kManyFaults = 100;

double phase(const Evidence& e, Phase phase) { return e.phases[static_cast<std::size_t>(phase)]; }

std::vector<Step> steps_of(const Evidence& e) {
  std::vector<Step> steps;
  for (std::size_t i = 0; i < e.phases.size(); ++i) {
    const bool run = i == static_cast<std::size_t>(Phase::run) && e.guest_run_known;
    const auto own = run ? std::min(e.guest_run_ms, e.phases[i]) : 0;
    if (run) {
      steps.push_back({"run: the program", own, 0});
      steps.push_back(
          {"run: all but the program (sending the request, renewal, returning the answer)",
           e.phases[i] - own, 0});
    } else {
      steps.push_back({std::string(compare::kPhaseNames[i]), e.phases[i], 0});
    }
  }
  for (auto& step : steps) step.share = e.elapsed_ms > 0 ? step.ms / e.elapsed_ms : 0;
  std::stable_sort(steps.begin(), steps.end(),
                   [](const Step& a, const Step& b) { return a.ms > b.ms; });
  return steps;
}

std::vector<std::string> memory_of(const Evidence& e, const FaultFacts& facts) {
  std::vector<std::string> lines;
  if (e.faults == 0) {
    lines.push_back(fmt::format("no faults: page server '{}' had none to serve", e.page_server));
    return lines;
  }
  lines.push_back(fmt::format("{} faults in {:.1f} ms of running: {:.1f} per millisecond", e.faults,
                              e.running_ms,
                              e.running_ms > 0 ? static_cast<double>(e.faults) / e.running_ms : 0));
  const auto bytes = static_cast<double>(e.copied_bytes + e.zeroed_bytes);
  if (bytes > 0)
    lines.push_back(fmt::format("{:.1f} MiB copied, {:.1f} MiB zeroed: zero pages served {:.0f} %",
                                static_cast<double>(e.copied_bytes) / kMiB,
                                static_cast<double>(e.zeroed_bytes) / kMiB,
                                100 * static_cast<double>(e.zeroed_bytes) / bytes));
  if (!e.traced) {
    lines.emplace_back("only a trace has their times: dhg exec --trace FILE");
    return lines;
  }
  lines.push_back(
      fmt::format("serving took {:.1f} ms in total, {:.1f} us per fault (median; 95th percentile "
                  "{:.1f}); switches to the page server and back are not included",
                  facts.service_ms, facts.median_us, facts.p95_us));
  if (facts.background_ms > 0)
    lines.push_back(fmt::format("background work: {:.1f} ms, {:.1f} MiB", facts.background_ms,
                                facts.background_mib));
  if (e.dropped > 0)
    lines.push_back(fmt::format("the trace lacks {} events, so the sums are too small", e.dropped));
  return lines;
}

bool worth(const Evidence& e, double saves_ms) { return saves_ms >= kWorthIt * e.elapsed_ms; }

using Servers = std::vector<PageServerFacts>;

std::string choosing(const PageServerFacts& server) { return "page_server.plugin=" + server.name; }

void suggest_no_faults(const Evidence& e, const FaultFacts& facts, const Servers& servers,
                       std::vector<Suggestion>& all) {
  if (!e.traced || !worth(e, facts.service_ms)) return;
  for (const auto& server : servers)
    if (!server.serves_faults && server.name != e.page_server)
      all.push_back(
          {choosing(server), "let the kernel serve the pages from a private mapping",
           facts.service_ms,
           fmt::format(
               "serving the {} faults of the trace took {:.1f} ms; not known here: the switches "
               "to the page server that would be saved too, and the time that the kernel "
               "takes for the same pages",
               facts.faults, facts.service_ms)});
}

// One fault for each aligned block of it instead of one for each page.
void suggest_blocks(const Evidence& e, const FaultFacts& facts, const Servers& servers,
                    std::vector<Suggestion>& all) {
  if (!e.traced || facts.bytes_a_ms <= 0) return;
  std::optional<Suggestion> best;
  for (const auto& server : servers) {
    if (server.fault_bytes <= kPageBytes || server.name == e.page_server) continue;
    const auto blocks = blocks_of(e, server.fault_bytes);
    const auto bytes = static_cast<double>(blocks) * static_cast<double>(server.fault_bytes);
    const auto then = bytes / facts.bytes_a_ms;
    const auto saves = facts.service_ms - then;
    if (!worth(e, saves) || (best && saves <= *best->saves_ms)) continue;
    best = {choosing(server), "install more at each fault", saves,
            fmt::format("the faults lie in {} blocks of {:g} KiB; {:.0f} MiB at the {:.2f} GiB/s "
                        "at which this run was served take {:.1f} ms instead of {:.1f}",
                        blocks, static_cast<double>(server.fault_bytes) / 1024, bytes / kMiB,
                        facts.bytes_a_ms * 1000 / (kMiB * 1024), then, facts.service_ms)};
  }
  if (best) all.push_back(std::move(*best));
}

// Of those that begin at once, the one that installs least: it does most otherwise.
void suggest_attaching_at_once(const Evidence& e, const Servers& servers,
                               std::vector<Suggestion>& all) {
  if (!worth(e, e.attach_ms)) return;
  const PageServerFacts* least = nullptr;
  for (const auto& server : servers)
    if (server.attaches_at_once && server.fault_bytes > 0 && server.name != e.page_server &&
        (least == nullptr || server.fault_bytes < least->fault_bytes))
      least = &server;
  if (least == nullptr) return;
  all.push_back({choosing(*least), "copy nothing before the guest runs", e.attach_ms,
                 fmt::format("'{}' worked for {:.1f} ms before the processor ran; the cost of the "
                             "faults that would replace this is not known here",
                             e.page_server, e.attach_ms)});
}

void suggest_learning(const Evidence& e, const Servers& servers, std::vector<Suggestion>& all) {
  const auto own = std::find_if(servers.begin(), servers.end(),
                                [&](const auto& server) { return server.name == e.page_server; });
  if (e.faults < kManyFaults || (own != servers.end() && own->learns)) return;
  for (const auto& server : servers)
    if (server.learns)
      all.push_back({choosing(server), "let it learn what runs touch, and bring that ahead",
                     std::nullopt,
                     fmt::format("the guest waited for {} faults; how many of them come back in "
                                 "the next run is not known here",
                                 e.faults)});
}

void suggest_channel(const Evidence& e, std::vector<Suggestion>& all) {
  const auto read = phase(e, Phase::read);
  if (e.elapsed_ms <= 0 || read / e.elapsed_ms < kLargeShare) return;
  all.push_back({"result_channel.plugin", "another result channel, or a smaller result", read,
                 fmt::format("collecting, sending and decoding the result took {:.1f} ms with '{}'",
                             read, e.result_channel)});
}

void suggest_warm_cache(const Evidence& e, std::vector<Suggestion>& all) {
  if (e.major_faults == 0) return;
  all.push_back(
      {"", "keep the snapshot in the page cache", std::nullopt,
       fmt::format("dhg and the VMM waited for a disk {} times; the record does not say how long",
                   e.major_faults)});
}

void suggest_kvm(const Evidence& e, std::vector<Suggestion>& all) {
  if (e.accelerator != "tcg" || e.elapsed_ms <= 0 || e.running_ms / e.elapsed_ms < 0.5) return;
  all.push_back({"launcher.options.accel=kvm", "run it on a machine where KVM works", std::nullopt,
                 fmt::format("guest code was translated (TCG), and {:.0f} % of the time is the "
                             "guest's; how fast it is with KVM is not known here",
                             100 * e.running_ms / e.elapsed_ms)});
}

} // namespace

Explanation explain(const Evidence& evidence, const std::vector<PageServerFacts>& servers) {
  const auto facts = fault_facts(evidence);
  Explanation result{steps_of(evidence), memory_of(evidence, facts), {}};
  auto& all = result.suggestions;
  suggest_no_faults(evidence, facts, servers, all);
  suggest_blocks(evidence, facts, servers, all);
  suggest_attaching_at_once(evidence, servers, all);
  suggest_channel(evidence, all);
  std::stable_sort(all.begin(), all.end(), [](const Suggestion& a, const Suggestion& b) {
    return a.saves_ms.value_or(0) > b.saves_ms.value_or(0);
  });
  suggest_learning(evidence, servers, all);
  suggest_warm_cache(evidence, all);
  suggest_kvm(evidence, all);
  return result;
}

} // namespace dhg::compare::explain
