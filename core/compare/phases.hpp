#pragma once

#include <array>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace dhg::compare {

/// The parts of a run's time. They do not overlap and add up to all of it.
enum class Phase {
  start,    ///< main() until the VMM is launched: configuration, plugins, checks
  launch,   ///< the VMM is started
  handoff,  ///< until it has handed its memory over
  load,     ///< until the page server has attached
  resume,   ///< until the guest's processor runs; QEMU reads the device state meanwhile
  connect,  ///< until the agent can be spoken to
  run,      ///< until the program has run: its request, and the user's code
  read,     ///< the result is collected in the guest, sent and decoded
  teardown, ///< until the VMM is gone
  rest,     ///< before main(), after teardown, and between the others
};

inline constexpr std::array<std::string_view, 10> kPhaseNames{
    "start", "launch", "handoff", "load", "resume", "connect", "run", "read", "teardown", "rest"};

/// Milliseconds, by Phase.
using PhaseTimes = std::array<double, kPhaseNames.size()>;

/// From `phases` of `dhg exec --json`, and the time that was measured from outside.
/// What is missing there counts nothing.
/// @throws Error if it is not that
[[nodiscard]] PhaseTimes divide(const nlohmann::json& phases, double wall_ms);

} // namespace dhg::compare
