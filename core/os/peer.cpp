#include "os/peer.hpp"

#include "dhg/error.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cerrno>

namespace dhg::os {
namespace {

constexpr int kSoPeerPidfd = 77; // SO_PEERPIDFD: Linux 6.5, newer than Debian 12's headers

UniqueFd pidfd_by_kernel(int socket) {
  int fd = -1;
  socklen_t length = sizeof fd;
  if (getsockopt(socket, SOL_SOCKET, kSoPeerPidfd, &fd, &length) != 0) return {};
  return UniqueFd(fd);
}

bool hung_up(int socket) {
  pollfd state{socket, 0, 0};
  return poll(&state, 1, 0) > 0 && (state.revents & (POLLHUP | POLLERR)) != 0;
}

} // namespace

Peer peer_of(int socket) {
  ucred credentials{};
  socklen_t length = sizeof credentials;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0)
    throw system_error(errno, "cannot identify the process that connected");
  Peer peer{credentials.pid, pidfd_by_kernel(socket)};
  if (peer.process) return peer;
  if (peer.pid <= 0)
    throw Error(Blame::environment,
                "the process that connected is not visible in this PID namespace");
  peer.process.reset(static_cast<int>(syscall(SYS_pidfd_open, peer.pid, 0)));
  // The number may belong to somebody else by now, but not while its connection,
  // which ends with the process, is open.
  if (!peer.process || hung_up(socket))
    throw Error(Blame::environment, "the process that connected has already ended");
  return peer;
}

} // namespace dhg::os
