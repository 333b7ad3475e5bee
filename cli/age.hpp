#pragma once

#include <string>

namespace dhg::cli {

/// "40 s", "3 min", "5 h", "12 days": how long ago a moment was. "?" if it is not one.
/// @param when UTC, RFC 3339, as manifests have it
[[nodiscard]] std::string age_of(const std::string& when);

} // namespace dhg::cli
