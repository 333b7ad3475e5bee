#include "snapshot/staging.hpp"

#include "dhg/error.hpp"
#include "os/remove_tree.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstdlib>

namespace dhg::snapshot {
namespace {

namespace fs = std::filesystem;

// A disk takes seconds to write a large file, and fsync(2) hears nobody: so it finds
// little left to do.
void write_back(int fd, const os::Ear* ear) {
  constexpr off_t kPart = off_t{16} << 20;
  struct stat info {};
  if (ear == nullptr || fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) return;
  for (off_t at = 0; at < info.st_size; at += kPart) {
    ear->listen();
    constexpr unsigned kWrite =
        SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
    (void)sync_file_range(fd, at, kPart, kWrite); // what it cannot, fsync can or tells
  }
}

void sync_path(const fs::path& path, const os::Ear* ear = nullptr) {
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (fd) write_back(fd.get(), ear);
  if (!fd || fsync(fd.get()) != 0)
    throw system_error(errno, fmt::format("cannot write '{}' to the disk", path.string()));
}

UniqueFd open_folder(const fs::path& path) {
  return UniqueFd(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
}

bool try_lock(const UniqueFd& fd) { return flock(fd.get(), LOCK_EX | LOCK_NB) == 0; }

} // namespace

Staging::Staging(const fs::path& root, std::string_view name) {
  // Before it is locked, a new folder looks abandoned, and whoever cleans may
  // take it.
  constexpr int kTries = 100;
  for (int i = 0; i < kTries; ++i)
    if (claim(root, name)) return;
  throw Error(Blame::environment,
              fmt::format("cannot keep a folder in '{}': others remove it at once",
                          (root / "staging").string()));
}

// @return false if somebody removes, or has removed, the new folder
bool Staging::claim(const fs::path& root, std::string_view name) {
  auto pattern = (root / "staging" / fmt::format("{}.{}.XXXXXX", name, getpid())).string();
  if (mkdtemp(pattern.data()) == nullptr)
    throw system_error(errno,
                       fmt::format("cannot make a folder in '{}'", (root / "staging").string()));
  auto owner = open_folder(pattern);
  if (!owner && errno != ENOENT)
    throw system_error(errno, fmt::format("cannot open '{}'", pattern));
  if (!owner || !try_lock(owner)) return false;
  struct stat info {};
  if (fstat(owner.get(), &info) != 0 || info.st_nlink == 0) return false;
  path_ = pattern;
  owner_ = std::move(owner);
  return true;
}

Staging::Staging(Staging&& other) noexcept
    : path_(std::exchange(other.path_, {})), owner_(std::move(other.owner_)) {}

Staging::~Staging() {
  // What cannot be removed now is abandoned from now on.
  if (!path_.empty()) os::remove_tree(path_);
}

void Staging::sync(const os::Ear* ear) const {
  for (const auto& entry : fs::recursive_directory_iterator(path_))
    if (const auto type = entry.symlink_status().type();
        type == fs::file_type::regular || type == fs::file_type::directory)
      sync_path(entry.path(), ear);
  sync_path(path_);
}

void Staging::publish(const fs::path& target, const os::Ear* ear) {
  sync(ear);
  os::hear(ear); // for the last time: from here on it is done
  if (renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) == 0) {
    path_.clear();
  } else if (errno != EEXIST ||
             renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target.c_str(), RENAME_EXCHANGE) != 0) {
    throw system_error(errno, fmt::format("cannot publish '{}'", target.string()),
                       "the cache must be on a local file system, such as ext4, xfs or btrfs: "
                       "see DHG_CACHE_DIR");
  } // else path_ is the old one now, and goes with us
  sync_path(target.parent_path());
}

void Staging::publish_file(std::string_view name, const fs::path& target,
                           const os::Ear* ear) const {
  const auto file = path_ / name;
  sync_path(file, ear);
  if (rename(file.c_str(), target.c_str()) != 0)
    throw system_error(errno, fmt::format("cannot publish '{}'", target.string()));
  sync_path(target.parent_path());
}

void remove_abandoned_staging(const fs::path& root) noexcept {
  std::error_code error; // what cannot be removed now is tried again in the next run
  for (fs::directory_iterator at(root / "staging", error), end; !error && at != end;
       at.increment(error)) {
    const auto owner = open_folder(at->path());
    if (owner && try_lock(owner)) os::remove_tree(at->path());
  }
}

} // namespace dhg::snapshot
