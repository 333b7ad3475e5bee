#pragma once

#include "dhg/deadline.hpp"
#include "dhg/error.hpp"
#include "dhg/handoff.hpp"
#include "dhg/page_server.hpp"
#include "dhg/unique_fd.hpp"

#include <string_view>
#include <vector>

namespace dhg::memory {

/// The VMM ended, and so nothing was handed over. Its own last words say why.
class VmmEnded : public Error {
 public:
  using Error::Error;
};

/// What the VMM hands over.
struct Handoff {
  std::vector<HostRegion> regions; ///< sorted by file offset
  UniqueFd userfaultfd;            ///< empty if memory is a private mapping
};

/// Reads the text of the handshake (dhg/handoff.h). Hostile: alignment, wrap-around,
/// overlaps and the file's size are checked.
/// Source: Firecracker, docs/snapshotting/handling-page-faults-on-snapshot-resume.md
/// @throws Error with the reason.
[[nodiscard]] std::vector<HostRegion> parse_regions(std::string_view json, std::uint64_t file_size);

/// Receives the handshake on `socket` (connected, or listening: then accepts one
/// connection first). Ends early when `vmm` (a pidfd) or `stop` becomes readable.
/// The message may come in pieces, and after an empty one.
/// @param descriptors where all that came is left when it throws: with the last copy
///   of a userfaultfd the guest's missing pages turn into zeros, so end the VMM before
///   you close them
/// @throws Error
[[nodiscard]] Handoff receive_handoff(int socket, MemoryBacking backing, std::uint64_t file_size,
                                      int vmm, int stop, Deadline deadline,
                                      std::vector<UniqueFd>& descriptors);

} // namespace dhg::memory
