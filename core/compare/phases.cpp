#include "compare/phases.hpp"

#include "dhg/error.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>

namespace dhg::compare {
namespace {

struct Stretch {
  double begin = 0;
  double end = 0;
  [[nodiscard]] double length() const { return end - begin; }
};

using Stretches = std::map<std::string, Stretch, std::less<>>;

double milliseconds(const nlohmann::json& phase, const char* member) {
  const auto found = phase.find(member);
  if (found == phase.end() || !found->is_number() || !std::isfinite(found->get<double>()))
    throw Error(Blame::environment, "the phases that dhg exec reported have no times");
  return found->get<double>();
}

Stretches read(const nlohmann::json& phases) {
  Stretches result;
  if (!phases.is_array()) throw Error(Blame::environment, "dhg exec reported no phases");
  for (const auto& phase : phases) {
    if (!phase.is_object() || !phase.contains("name") || !phase["name"].is_string())
      throw Error(Blame::environment, "the phases that dhg exec reported have no names");
    const auto begin = milliseconds(phase, "start_ms");
    result[phase["name"].get<std::string>()] = {begin, begin + milliseconds(phase, "duration_ms")};
  }
  return result;
}

} // namespace

PhaseTimes divide(const nlohmann::json& phases, double wall_ms) {
  const auto all = read(phases);
  const auto stretch = [&](std::string_view name) {
    const auto found = all.find(name);
    return found == all.end() ? Stretch{} : found->second;
  };
  PhaseTimes times{};
  const auto set = [&](Phase phase, double value) {
    times[static_cast<std::size_t>(phase)] = std::max(0.0, value);
  };
  const auto launch = stretch("launch");
  const auto handoff = stretch("handoff");
  const auto load = stretch("load");
  const auto in_guest =
      std::min(stretch("guest read_result").length() + stretch("guest send").length(),
               stretch("run").length());
  set(Phase::start, launch.begin);
  set(Phase::launch, launch.length());
  // The memory thread waits for the handoff while the launch goes on.
  set(Phase::handoff, std::min(handoff.end, load.end) - launch.end);
  set(Phase::load, load.end - std::max(handoff.end, load.begin));
  set(Phase::resume, stretch("resume").length());
  set(Phase::connect, stretch("connect").length());
  set(Phase::run, stretch("run").length() - in_guest);
  set(Phase::read, in_guest + stretch("read").length());
  set(Phase::teardown, stretch("teardown").length());
  set(Phase::rest, wall_ms - std::accumulate(times.begin(), times.end(), 0.0));
  return times;
}

} // namespace dhg::compare
