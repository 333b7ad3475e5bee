#include "watched_stream.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <array>
#include <boost/asio/error.hpp>
#include <cerrno>
#include <cstring>

namespace dhg_firecracker {

void WatchedStream::await(short events) {
  std::array<pollfd, 2> fds{{{socket_.get(), events, 0}, {vmm_, POLLIN, 0}}};
  for (;;) {
    const int ready = poll(fds.data(), fds.size(), dhg::poll_timeout_ms(deadline_));
    if (ready < 0 && errno != EINTR) throw dhg::system_error(errno, "cannot wait for Firecracker");
    if (ready == 0) throw TimedOut();
    if (ready < 0) continue;
    if (fds[0].revents != 0) return; // before the end: what was said last is still to be read
    throw FirecrackerEnded();
  }
}

std::size_t WatchedStream::read(void* to, std::size_t size) {
  for (;;) {
    await(POLLIN);
    const auto got = recv(socket_.get(), to, size, MSG_DONTWAIT);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno == ECONNRESET) return 0;
    if (errno != EAGAIN && errno != EINTR)
      throw dhg::system_error(errno, "cannot read what Firecracker says");
  }
}

std::size_t WatchedStream::write(const void* from, std::size_t size) {
  for (;;) {
    await(POLLOUT);
    const auto sent = send(socket_.get(), from, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) return static_cast<std::size_t>(sent);
    if (errno == EPIPE || errno == ECONNRESET)
      throw dhg::Error(dhg::Blame::environment, "Firecracker closed its API socket");
    if (errno != EAGAIN && errno != EINTR)
      throw dhg::system_error(errno, "cannot say anything to Firecracker");
  }
}

std::size_t WatchedStream::finish(std::size_t bytes, boost::system::error_code& error) {
  error = {};
  if (bytes == 0) error = boost::asio::error::eof;
  return bytes;
}

bool sleep_while_alive(int vmm, std::chrono::milliseconds span) {
  pollfd ended{vmm, POLLIN, 0};
  return poll(&ended, 1, static_cast<int>(span.count())) <= 0;
}

dhg::UniqueFd try_connect(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto& text = path.native();
  if (text.size() >= sizeof address.sun_path)
    throw dhg::Error(dhg::Blame::environment,
                     fmt::format("'{}' is too long for the path of a socket", text));
  std::memcpy(address.sun_path, text.c_str(), text.size() + 1);
  dhg::UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) throw dhg::system_error(errno, "cannot create a socket");
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
    return fd;
  const int error = errno;
  if (error != ENOENT && error != ECONNREFUSED && error != EAGAIN)
    throw dhg::system_error(error, fmt::format("cannot connect to '{}'", text));
  fd.reset();
  errno = error;
  return fd;
}

} // namespace dhg_firecracker
