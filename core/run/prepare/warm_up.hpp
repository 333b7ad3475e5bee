#pragma once

#include "dhg/result_channel.hpp"
#include "run/plugins.hpp"
#include "run/prepare/booted_guest.hpp"
#include "run/prepare/warm_up_programs.hpp"
#include "snapshot/manifest.hpp"

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace dhg::run {

/// What a warm-up works with; all borrowed.
struct WarmUpContext {
  BootedGuest& guest;
  const std::vector<ActivePlugin<ResultChannel>>& channels;
  /// Bytes of the guest's memory that it has used so far.
  std::function<std::uint64_t()> memory_used;
  /// Hears the times of each program, and at the end what each family cost and brings.
  std::function<void(std::string_view)> progress;
};

/// Runs the programs in the guest, through one channel after the other, by the requests
/// that `dhg exec` sends: what they load, compile and touch is then part of the snapshot.
/// @throws Error if one fails in the guest that may not
[[nodiscard]] std::vector<snapshot::Manifest::WarmUp> warm_up(
    const WarmUpContext& context, const std::vector<WarmUpProgram>& programs);

} // namespace dhg::run
