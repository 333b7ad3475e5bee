#pragma once

#include "guest_link/conversation.hpp"
#include "run/exec/exec.hpp"
#include "run/exec/guest_session.hpp"
#include "snapshot/manifest.hpp"
#include "timing/timeline.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace dhg::run {

/// Puts into the report that the user ended the run, or its limit.
/// @param timeout the limit that counts for Stopped::timeout
void report_stop(const ExchangeEnd& end, const std::optional<std::chrono::milliseconds>& timeout,
                 ExecReport& report);

/// Puts into the report how the program ended, and what it left in the channel.
/// @throws Error if the result is not what `channel` reads
void report_end(const guest_link::Conversation& conversation, const ResultChannel& channel,
                const snapshot::Manifest& manifest, ExecReport& report);

/// The guest's phases, by its own clock, become spans of the timeline.
void add_guest_phases(const guest_link::Conversation& conversation, timing::Clock::time_point sent,
                      timing::Clock::time_point answered, timing::Timeline& timeline,
                      ExecReport& report);

/// dhg or the VM failed.
void report_failure(const std::string& message, const std::string& hint, ExecReport& report);

} // namespace dhg::run
