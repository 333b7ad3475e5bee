#include "run/warm_up.hpp"

#include "dhg/error.hpp"
#include "guest_link/request.hpp"

#include <fmt/format.h>

namespace dhg::run {
namespace {

using namespace std::chrono_literals;

constexpr auto kRunLimit = 600s; // the first table takes a minute under TCG on a busy host

double run_once(BootedGuest& guest, const std::string& program,
                const ActivePlugin<ResultChannel>& channel) {
  const auto time = guest.ask(guest_link::encode_run({program,
                                                      "<string>",
                                                      {"-c"},
                                                      channel.name,
                                                      std::string(channel.object->guest_half()),
                                                      true,
                                                      true}),
                              kRunLimit, "a warm-up run");
  const auto result = channel.object->decode(guest.conversation().result());
  if (result.outcome != Outcome::ok)
    throw Error(Blame::environment,
                fmt::format("a warm-up run through '{}' failed in the guest", channel.name),
                result.error ? result.error->traceback : "");
  return time;
}

} // namespace

std::vector<double> warm_up(BootedGuest& guest, const Recipe& recipe,
                            const std::vector<ActivePlugin<ResultChannel>>& channels,
                            const std::function<void(std::string_view)>& progress) {
  std::vector<double> times;
  for (const auto& program : recipe.warmup) {
    auto line = fmt::format("warm-up {:>2}/{}:", times.size() + 1, recipe.warmup.size());
    double sum = 0;
    for (const auto& channel : channels) {
      const auto time = run_once(guest, program, channel);
      line += fmt::format("  {} {:8.2f} ms", channel.name, time);
      sum += time;
    }
    progress(line);
    times.push_back(sum);
  }
  return times;
}

} // namespace dhg::run
