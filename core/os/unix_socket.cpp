#include "os/unix_socket.hpp"

#include "dhg/error.hpp"

#include <sys/socket.h>
#include <array>
#include <cerrno>
#include <cstring>

namespace dhg::os {

std::pair<UniqueFd, UniqueFd> socket_pair() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    throw system_error(errno, "cannot create a socket pair");
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

bool is_listening(int socket) noexcept {
  int value = 0;
  socklen_t length = sizeof value;
  return getsockopt(socket, SOL_SOCKET, SO_ACCEPTCONN, &value, &length) == 0 && value != 0;
}

UniqueFd accept_connection(int socket) noexcept {
  return UniqueFd(accept4(socket, nullptr, nullptr, SOCK_CLOEXEC));
}

std::optional<std::size_t> receive_now(int socket, std::span<std::byte> into) noexcept {
  const auto got = recv(socket, into.data(), into.size(), MSG_DONTWAIT);
  if (got > 0) return static_cast<std::size_t>(got);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
  return std::nullopt;
}

std::optional<std::size_t> send_now(int socket, std::string_view text) noexcept {
  const auto sent = send(socket, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent >= 0) return static_cast<std::size_t>(sent);
  if (errno == EAGAIN || errno == EINTR) return 0;
  return std::nullopt;
}

Received receive_with_descriptors(int socket, std::span<std::byte> buffer) {
  constexpr std::size_t kRoom = 4;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(kRoom * sizeof(int))> control{};
  iovec into{buffer.data(), buffer.size()};
  msghdr message{};
  message.msg_iov = &into;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const auto got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  if (got < 0) throw system_error(errno, "cannot receive from a Unix socket");

  Received result;
  result.bytes = static_cast<std::size_t>(got);
  result.descriptors_lost = (message.msg_flags & MSG_CTRUNC) != 0;
  for (auto* header = CMSG_FIRSTHDR(&message); header != nullptr;
       header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const auto count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(header) + i * sizeof fd, sizeof fd);
      result.descriptors.emplace_back(fd);
    }
  }
  return result;
}

} // namespace dhg::os
