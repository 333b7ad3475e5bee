#pragma once

#include "dhg/architecture.hpp"
#include "dhg/handoff.h"
#include "dhg/memory.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

/// The handshake with which a VMM hands its guest's memory over: what Vm::take_handoff()
/// carries. `dhg/handoff.h` names its fields. Since ABI 1.2.
namespace dhg {

/// One stretch of guest memory: where it lies in the VMM and in the memory file. In a
/// handshake neither may be empty, overlap another's, or not be aligned to kPageSize; the
/// first ends below architecture::kAddressEnd, the second in the file.
struct HostRegion {
  std::uint64_t address = 0; ///< in the VMM's address space
  ByteRange file;            ///< in the memory file
};

inline constexpr std::size_t kMaxHandoffRegions = DHG_HANDOFF_MAX_REGIONS;
inline constexpr std::size_t kMaxHandoffBytes = DHG_HANDOFF_MAX_BYTES;

/// The handshake's text. To be sent as one message, the userfaultfd along with its first
/// byte. @param regions 1 to kMaxHandoffRegions, in any order
[[nodiscard]] inline std::string encode_handoff(std::span<const HostRegion> regions) {
  std::string text;
  for (const auto& region : regions) {
    char object[DHG_HANDOFF_REGION_BYTES];
    (void)dhg_handoff_region(object, region.address, region.file.length, region.file.offset,
                             kPageSize);
    (text += text.empty() ? '[' : ',') += object;
  }
  return text += ']';
}

} // namespace dhg
