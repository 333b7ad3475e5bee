#pragma once

#include "dhg/unique_fd.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace dhg::os {

/// Two connected stream sockets, close-on-exec.
/// @throws Error
[[nodiscard]] std::pair<UniqueFd, UniqueFd> socket_pair();

[[nodiscard]] bool is_listening(int socket) noexcept;
/// The next connection, close-on-exec. @return nothing, with errno
[[nodiscard]] UniqueFd accept_connection(int socket) noexcept;

/// Reads what is there now. @return how many bytes, 0 if there is nothing now; nothing at
///   the end
[[nodiscard]] std::optional<std::size_t> receive_now(int socket,
                                                     std::span<std::byte> into) noexcept;
/// Sends what the other end takes now. @return how many bytes; nothing if it is gone
[[nodiscard]] std::optional<std::size_t> send_now(int socket, std::string_view text) noexcept;

struct Received {
  std::size_t bytes = 0;             ///< 0: the peer sent nothing, or closed
  std::vector<UniqueFd> descriptors; ///< what came along
  bool descriptors_lost = false;     ///< more came than there was room for
};

/// One recvmsg(2) that takes descriptors. Does not block if the socket does not.
/// @throws Error; EAGAIN too, so wait for POLLIN before.
[[nodiscard]] Received receive_with_descriptors(int socket, std::span<std::byte> buffer);

} // namespace dhg::os
