#include "dhg/error.hpp"
#include "snapshot/store.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>
#include <cerrno>

namespace dhg::snapshot {
namespace {

namespace fs = std::filesystem;

void sync_path(const fs::path& path) {
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd || fsync(fd.get()) != 0)
    throw system_error(errno, fmt::format("cannot write '{}' to the disk", path.string()));
}

UniqueFd open_folder(const fs::path& path) {
  return UniqueFd(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
}

// Held (shared) between making a staging folder and locking it, and (exclusively)
// by whoever looks for abandoned ones.
fs::path gate_path(const fs::path& root) { return root / "locks" / "staging.lock"; }

} // namespace

Staging::Staging(const fs::path& root, std::string_view name) {
  const auto gate = FileLock::take(gate_path(root), LockMode::shared);
  auto pattern = (root / "staging" / fmt::format("{}.XXXXXX", name)).string();
  if (mkdtemp(pattern.data()) == nullptr)
    throw system_error(errno,
                       fmt::format("cannot make a folder in '{}'", (root / "staging").string()));
  path_ = pattern;
  owner_ = open_folder(path_);
  if (!owner_ || flock(owner_.get(), LOCK_EX | LOCK_NB) != 0)
    throw system_error(errno, fmt::format("cannot lock '{}'", pattern));
}

Staging::Staging(Staging&& other) noexcept
    : path_(std::exchange(other.path_, {})), owner_(std::move(other.owner_)) {}

Staging::~Staging() {
  std::error_code ignored; // what cannot be removed now, clean_stale() removes later
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

void Staging::publish(const fs::path& target) {
  for (const auto& entry : fs::recursive_directory_iterator(path_)) sync_path(entry.path());
  sync_path(path_);
  if (renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) == 0) {
    path_.clear();
  } else if (errno != EEXIST ||
             renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target.c_str(), RENAME_EXCHANGE) != 0) {
    throw system_error(errno, fmt::format("cannot publish '{}'", target.string()));
  } // else path_ is the old one now, and goes with us
  sync_path(target.parent_path());
}

void Store::clean_stale() const {
  const auto folder = root_ / "staging";
  std::error_code error;
  if (fs::is_empty(folder, error) || error) return;
  const auto gate = FileLock::try_take(gate_path(root_), LockMode::exclusive);
  if (!gate) return; // somebody is making one now, or cleaning
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const auto owner = open_folder(entry.path());
    if (owner && flock(owner.get(), LOCK_EX | LOCK_NB) == 0) fs::remove_all(entry.path(), error);
  }
}

} // namespace dhg::snapshot
