#pragma once

#include <span>
#include <string_view>

namespace dhg::conformance {

struct GuestFile {
  std::string_view path; ///< relative
  std::string_view text;
};

/// What the guest's Python needs: the driver, the parts of the agent that it calls, and
/// modules that stand for Deephaven's.
[[nodiscard]] std::span<const GuestFile> guest_files();

} // namespace dhg::conformance
