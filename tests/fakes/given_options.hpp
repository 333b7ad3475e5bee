#pragma once

#include "config/raw.hpp"
#include "dhg/options.hpp"
#include "dhg/plugin.h"

#include <optional>

namespace dhg::fakes {

/// The options for the plugins that a suite looks at, as DHG_CONFORMANCE_OPTIONS gives them: a
/// map in YAML, "{chunk: 4KiB}". Nothing if it is not set.
/// @throws Error(Blame::usage)
[[nodiscard]] std::optional<config::RawNode> given_raw_options();

/// The same, checked against what a plugin declares; what is not given has its default.
/// @throws Error(Blame::usage)
[[nodiscard]] Options given_options(const dhg_plugin_descriptor& descriptor);

} // namespace dhg::fakes
