#include "snapshot/lock.hpp"

#include "dhg/error.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <cerrno>

namespace dhg::snapshot {
namespace {

UniqueFd open_lock(const std::filesystem::path& path) {
  UniqueFd fd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) throw system_error(errno, fmt::format("cannot open '{}'", path.string()));
  return fd;
}

int operation(LockMode mode) { return mode == LockMode::shared ? LOCK_SH : LOCK_EX; }

} // namespace

std::optional<FileLock> FileLock::try_take(const std::filesystem::path& path, LockMode mode) {
  auto fd = open_lock(path);
  if (flock(fd.get(), operation(mode) | LOCK_NB) == 0) return FileLock(std::move(fd));
  if (errno == EWOULDBLOCK) return std::nullopt;
  throw system_error(errno, fmt::format("cannot lock '{}'", path.string()));
}

FileLock FileLock::take(const std::filesystem::path& path, LockMode mode) {
  auto fd = open_lock(path);
  if (flock(fd.get(), operation(mode)) != 0)
    throw system_error(errno, fmt::format("cannot lock '{}'", path.string()));
  return FileLock(std::move(fd));
}

} // namespace dhg::snapshot
