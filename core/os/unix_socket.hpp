#pragma once

#include "dhg/unique_fd.hpp"

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace dhg::os {

/// Two connected stream sockets, close-on-exec.
/// @throws Error
[[nodiscard]] std::pair<UniqueFd, UniqueFd> socket_pair();

struct Received {
  std::size_t bytes = 0;             ///< 0: the peer sent nothing, or closed
  std::vector<UniqueFd> descriptors; ///< what came along
  bool descriptors_lost = false;     ///< more came than there was room for
};

/// One recvmsg(2) that takes descriptors. Does not block if the socket does not.
/// @throws Error; EAGAIN too, so wait for POLLIN before.
[[nodiscard]] Received receive_with_descriptors(int socket, std::span<std::byte> buffer);

} // namespace dhg::os
