#pragma once

#include "dhg/unique_fd.hpp"

#include <sys/types.h>

namespace dhg::os {

/// The process at the other end of a connected Unix socket.
struct Peer {
  pid_t pid = 0;    ///< for messages; 0 if it cannot be seen from here
  UniqueFd process; ///< its pidfd
};

/// @throws Error if it has ended, or cannot be seen from here.
[[nodiscard]] Peer peer_of(int socket);

} // namespace dhg::os
