/// @file
/// The handshake with which a VMM hands its guest's memory over, in C, for a VMM's side of
/// it. `dhg/handoff.hpp` has it for C++. Since ABI 1.2.
///
/// It is Firecracker's: one message on a Unix stream socket, a JSON array of objects, one
/// for each stretch of guest memory, with the userfaultfd attached (SCM_RIGHTS) where the
/// backing is dhg::MemoryBacking::userfaultfd, and without where it is a private mapping.
/// docs/write-a-launcher.md has every rule.

#ifndef DHG_HANDOFF_H
#define DHG_HANDOFF_H

#include <stdint.h>
#include <stdio.h>

/// Names of an object's members. All are unsigned integers, in bytes. Further members are
/// ignored.
#define DHG_HANDOFF_ADDRESS "base_host_virt_addr" ///< where it lies in the VMM
#define DHG_HANDOFF_SIZE "size"
#define DHG_HANDOFF_OFFSET "offset"       ///< where its contents lie in the memory file
#define DHG_HANDOFF_PAGE_SIZE "page_size" ///< dhg::kPageSize
/// The deprecated name of the same: bytes in spite of it. Read where there is no other.
#define DHG_HANDOFF_OLD_PAGE_SIZE "page_size_kib"

/// Most stretches of memory in a message. The least is one.
#define DHG_HANDOFF_MAX_REGIONS 64
/// Most bytes of a message.
#define DHG_HANDOFF_MAX_BYTES 65536
/// Bytes that one object takes at most, with the comma or bracket before it.
#define DHG_HANDOFF_REGION_BYTES 192

/// Writes the object of one stretch of memory, without a comma, as a string, to `text`,
/// which has room for DHG_HANDOFF_REGION_BYTES. @return its length
static inline int dhg_handoff_region(char* text, uint64_t address, uint64_t size, uint64_t offset,
                                     uint64_t page_size) {
  const unsigned long long values[] = {address, size, offset, page_size};
  return snprintf(text, DHG_HANDOFF_REGION_BYTES,
                  "{\"" DHG_HANDOFF_ADDRESS "\":%llu,\"" DHG_HANDOFF_SIZE
                  "\":%llu,\"" DHG_HANDOFF_OFFSET "\":%llu,\"" DHG_HANDOFF_PAGE_SIZE
                  "\":%llu,\"" DHG_HANDOFF_OLD_PAGE_SIZE "\":%llu}",
                  values[0], values[1], values[2], values[3], values[3]);
}

#endif
