#include "run_folder.hpp"

#include "dhg/error.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace dhg_firecracker {
namespace {

using dhg::Blame;
using dhg::Error;
using dhg::UniqueFd;
namespace fs = std::filesystem;

constexpr std::string_view kPattern = "fc.XXXXXX";
// The guest may ask for connections to sockets beside the vsock's: "vsock_" and a port.
constexpr std::size_t kLongestName = sizeof "/fc.XXXXXX/vsock_4294967295";

bool fits(const fs::path& parent) {
  return parent.native().size() + kLongestName <= sizeof(sockaddr_un::sun_path);
}

fs::path parent_folder() {
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  if (runtime != nullptr && *runtime == '/')
    if (auto own = fs::path(runtime) / "dhg"; fits(own)) return own;
  return fmt::format("/tmp/dhg-{}", geteuid());
}

void make_private(const fs::path& path) {
  if (mkdir(path.c_str(), 0700) == 0) return;
  if (errno != EEXIST)
    throw dhg::system_error(errno, fmt::format("cannot make '{}'", path.string()));
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0 || !S_ISDIR(info.st_mode) || info.st_uid != geteuid() ||
      (info.st_mode & 077) != 0)
    throw Error(Blame::environment,
                fmt::format("'{}' is not a folder that only you can use", path.string()),
                "remove it, or set XDG_RUNTIME_DIR to a folder of your own");
}

UniqueFd open_folder(const fs::path& path) {
  return UniqueFd(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
}

bool try_lock(const UniqueFd& fd) { return flock(fd.get(), LOCK_EX | LOCK_NB) == 0; }

void remove_abandoned(const fs::path& parent) {
  std::error_code error; // what cannot be removed now is tried again in the next run
  for (fs::directory_iterator at(parent, error), end; !error && at != end; at.increment(error)) {
    const auto owner = open_folder(at->path());
    std::error_code ignored;
    if (owner && try_lock(owner)) fs::remove_all(at->path(), ignored);
  }
}

} // namespace

RunFolder::RunFolder() {
  const auto parent = parent_folder();
  make_private(parent);
  remove_abandoned(parent);
  // Before it is locked, a new folder looks abandoned, and whoever cleans may take it.
  constexpr int kTries = 100;
  for (int i = 0; i < kTries; ++i)
    if (claim(parent)) return;
  throw Error(Blame::environment,
              fmt::format("cannot keep a folder in '{}': others remove it", parent.string()));
}

bool RunFolder::claim(const fs::path& parent) {
  auto pattern = (parent / kPattern).string();
  if (mkdtemp(pattern.data()) == nullptr)
    throw dhg::system_error(errno, fmt::format("cannot make a folder in '{}'", parent.string()));
  auto owner = open_folder(pattern);
  struct stat info {};
  if (!owner || !try_lock(owner) || fstat(owner.get(), &info) != 0 || info.st_nlink == 0)
    return false;
  path_ = pattern;
  owner_ = std::move(owner);
  news_.reset(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!news_ || inotify_add_watch(news_.get(), path_.c_str(), IN_CREATE) < 0)
    throw dhg::system_error(errno, fmt::format("cannot watch '{}'", path_.string()));
  return true;
}

RunFolder::~RunFolder() {
  std::error_code ignored; // what cannot be removed now is abandoned from now on
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

bool RunFolder::await_new_file(int vmm, dhg::Deadline deadline) const {
  std::array<pollfd, 2> fds{{{news_.get(), POLLIN, 0}, {vmm, POLLIN, 0}}};
  const int ready = poll(fds.data(), fds.size(), dhg::poll_timeout_ms(deadline));
  if (ready < 0 && errno != EINTR) throw dhg::system_error(errno, "cannot wait for Firecracker");
  std::array<char, 4096> events;
  if (ready > 0 && fds[0].revents != 0)
    return read(news_.get(), events.data(), events.size()) >= 0 || errno == EAGAIN;
  return ready <= 0 || fds[1].revents == 0;
}

UniqueFd RunFolder::listen_for_handoff() const {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto path = handoff_socket().string();
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1); // short: see kLongestName
  UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd || bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(fd.get(), 1) != 0)
    throw dhg::system_error(errno, fmt::format("cannot listen on '{}'", path));
  return fd;
}

} // namespace dhg_firecracker
