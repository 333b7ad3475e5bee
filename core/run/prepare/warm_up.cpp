#include "run/prepare/warm_up.hpp"

#include "dhg/error.hpp"
#include "guest_link/request.hpp"
#include "text/last_line.hpp"

#include <fmt/format.h>

namespace dhg::run {
namespace {

using namespace std::chrono_literals;
using Done = snapshot::Manifest::WarmUp;

constexpr auto kRunLimit = 600s; // the first table takes a minute under TCG on a busy host

struct Run {
  double ms = 0;
  bool ok = false;
  std::string traceback;
};

Run run_once(BootedGuest& guest, const WarmUpProgram& program,
             const ActivePlugin<ResultChannel>& channel) {
  Run run;
  run.ms = guest.ask(guest_link::encode_run({program.text,
                                             "<string>",
                                             {"-c"},
                                             channel.name,
                                             std::string(channel.object->guest_half()),
                                             true,
                                             true}),
                     kRunLimit, "a warm-up run");
  const auto result = channel.object->decode(guest.conversation().result());
  run.ok = result.outcome == Outcome::ok;
  if (result.error) run.traceback = result.error->traceback;
  return run;
}

Done run_all(const WarmUpContext& context, const WarmUpProgram& program) {
  Done done{program.family, program.name, {}, 0, ""};
  const auto before = context.memory_used();
  for (unsigned number = 0; number < program.runs && done.failure.empty(); ++number) {
    const auto& channel = context.channels[number % context.channels.size()];
    const auto run = run_once(context.guest, program, channel);
    done.ms.push_back(run.ms);
    if (run.ok) continue;
    if (!program.may_fail)
      throw Error(Blame::environment,
                  fmt::format("the warm-up program {}/{} failed in the guest (through '{}')",
                              program.family, program.name, channel.name),
                  run.traceback);
    done.failure = text::last_line(run.traceback);
    if (done.failure.empty()) done.failure = "it gave no reason";
  }
  const auto after = context.memory_used();
  done.memory_bytes = after > before ? after - before : 0;
  return done;
}

std::string line_of(const Done& done) {
  if (!done.failure.empty()) return "it failed: " + done.failure;
  auto line = fmt::format("{:.2f} s", done.ms.front() / 1000);
  if (done.ms.size() > 1) line += fmt::format(", then {:.2f} s", done.ms.back() / 1000);
  return line;
}

struct Family {
  std::string name;
  std::size_t programs = 0;
  double first = 0, last = 0, all = 0; // seconds
  std::uint64_t bytes = 0;
};

std::vector<Family> by_family(const std::vector<Done>& all) {
  std::vector<Family> families;
  for (const auto& done : all) {
    if (families.empty() || families.back().name != done.family) families.push_back({done.family});
    auto& family = families.back();
    ++family.programs;
    family.bytes += done.memory_bytes;
    for (const auto ms : done.ms) family.all += ms / 1000;
    family.first += done.ms.front() / 1000;
    family.last += done.ms.back() / 1000;
  }
  return families;
}

void report(const WarmUpContext& context, const std::vector<Done>& all) {
  context.progress(fmt::format("{:<16} {:>8} {:>10} {:>10} {:>8} {:>10}", "warm-up", "programs",
                               "first runs", "last runs", "all", "memory"));
  for (const auto& family : by_family(all))
    context.progress(fmt::format("{:<16} {:>8} {:>8.2f} s {:>8.2f} s {:>6.1f} s {:>6} MiB",
                                 family.name, family.programs, family.first, family.last,
                                 family.all, family.bytes >> 20));
}

} // namespace

std::vector<Done> warm_up(const WarmUpContext& context,
                          const std::vector<WarmUpProgram>& programs) {
  std::vector<Done> all;
  for (const auto& program : programs) {
    all.push_back(run_all(context, program));
    context.progress(fmt::format("warm-up {}/{} {}/{}: {}", all.size(), programs.size(),
                                 program.family, program.name, line_of(all.back())));
  }
  report(context, all);
  return all;
}

} // namespace dhg::run
