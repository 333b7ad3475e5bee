#pragma once

#include "dhg/result_channel.hpp"
#include "run/booted_guest.hpp"
#include "run/plugins.hpp"
#include "run/recipe.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace dhg::run {

/// Runs the recipe's programs in the guest, each through every channel, by the requests
/// that `dhg exec` sends: what they touch and compile is then part of the snapshot.
/// @param progress hears the time of each run
/// @return milliseconds of each program, over all channels
/// @throws Error if one fails in the guest
[[nodiscard]] std::vector<double> warm_up(BootedGuest& guest, const Recipe& recipe,
                                          const std::vector<ActivePlugin<ResultChannel>>& channels,
                                          const std::function<void(std::string_view)>& progress);

} // namespace dhg::run
