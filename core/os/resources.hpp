#pragma once

#include <cstdint>
#include <optional>

namespace dhg::os {

/// What a process has used so far.
struct ResourceUse {
  double cpu_seconds = 0;         ///< user and system, all threads
  std::uint64_t peak_bytes = 0;   ///< most resident memory (VmHWM)
  std::uint64_t major_faults = 0; ///< that waited for a disk
};

/// @param pidfd of a process that runs, or has ended and was not waited for
/// @return nothing if it is gone or its memory is no more
[[nodiscard]] std::optional<ResourceUse> resources_of(int pidfd);
/// Of this process.
[[nodiscard]] ResourceUse own_resources();

} // namespace dhg::os
