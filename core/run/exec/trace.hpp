#pragma once

#include "memory/fault_log.hpp"
#include "timing/timeline.hpp"

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace dhg::run {

/// A run as a Chrome trace ("JSON Object Format" of the Trace Event Format): complete
/// events on the tracks of the timeline, in microseconds from the timeline's origin;
/// one event for each that `log` has. @param facts becomes otherData.run
[[nodiscard]] std::string chrome_trace(const timing::Timeline& timeline,
                                       const memory::FaultLog& log, const nlohmann::json& facts);

} // namespace dhg::run
