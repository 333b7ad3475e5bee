#include "os/unix_listener.hpp"

#include "dhg/error.hpp"
#include "os/unix_socket.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>

namespace dhg::os {
namespace {

constexpr int kBacklog = 64;

sockaddr_un address_of(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto& text = path.native();
  constexpr auto kMost = sizeof address.sun_path - 1;
  if (text.empty()) throw Error(Blame::usage, "the socket's path is empty");
  if (text.find('\0') != std::string::npos)
    throw Error(Blame::usage, "the socket's path has a zero byte in it");
  if (text.size() > kMost)
    throw Error(Blame::usage,
                fmt::format("the socket's path '{}' is too long: {} bytes, at most {} are allowed",
                            text, text.size(), kMost),
                "use a shorter path, or change to its folder and use a relative path");
  std::memcpy(address.sun_path, text.data(), text.size());
  return address;
}

Error cannot_listen(int error_number, const std::filesystem::path& path) {
  if (error_number == EADDRINUSE)
    return {Blame::usage, fmt::format("'{}' already exists", path.native()),
            "name another path, or remove it if nothing listens there any more"};
  return {Blame::usage,
          fmt::format("cannot listen at '{}': {}", path.native(), std::strerror(error_number))};
}

} // namespace

UnixListener::UnixListener(std::filesystem::path path) : path_(std::move(path)) {
  const auto address = address_of(path_);
  fd_.reset(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd_) throw system_error(errno, "cannot create a socket");
  if (bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw cannot_listen(errno, path_);
  struct stat made {};
  if (lstat(path_.c_str(), &made) == 0) {
    device_ = made.st_dev;
    inode_ = made.st_ino;
  }
  if (listen(fd_.get(), kBacklog) != 0) {
    const int error_number = errno;
    close();
    throw cannot_listen(error_number, path_);
  }
}

UniqueFd UnixListener::accept() const {
  auto connection = accept_connection(fd_.get());
  // Who connected may have gone again. Out of descriptors: tried again with the next event.
  if (!connection && (errno == EBADF || errno == EINVAL))
    throw system_error(errno, "cannot accept a connection");
  return connection;
}

void UnixListener::close() noexcept {
  if (!fd_) return;
  fd_.reset();
  struct stat now {};
  if (lstat(path_.c_str(), &now) == 0 && now.st_dev == device_ && now.st_ino == inode_)
    unlink(path_.c_str());
}

} // namespace dhg::os
