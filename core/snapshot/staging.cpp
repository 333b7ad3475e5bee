#include "snapshot/staging.hpp"

#include "dhg/error.hpp"
#include "os/file.hpp"
#include "os/file_lock.hpp"
#include "os/folder.hpp"
#include "os/process.hpp"
#include "os/remove_tree.hpp"

#include <fmt/format.h>
#include <cerrno>
#include <cstdio>
#include <utility>

namespace dhg::snapshot {
namespace {

namespace fs = std::filesystem;

// A disk takes seconds to write a large file, and fsync(2) hears nobody: so it finds
// little left to do.
void write_back(int fd, const os::Ear* ear) {
  constexpr std::uint64_t kPart = UINT64_C(16) << 20;
  const auto info = os::examine(fd);
  if (ear == nullptr || !info || !info->is_regular) return;
  for (std::uint64_t at = 0; at < info->bytes; at += kPart) {
    ear->listen();
    os::write_back(fd, at, kPart);
  }
}

void sync_path(const fs::path& path, const os::Ear* ear = nullptr) {
  const auto fd = os::open_no_link(path);
  if (fd) write_back(fd.get(), ear);
  if (!fd || !os::sync_file(fd.get()))
    throw system_error(errno, fmt::format("cannot write '{}' to the disk", path.string()));
}

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
  const auto made =
      os::make_unique_folder(root / "staging" / fmt::format("{}.{}", name, os::own_pid()));
  if (!made)
    throw system_error(errno,
                       fmt::format("cannot make a folder in '{}'", (root / "staging").string()));
  auto owner = os::open_folder(*made);
  if (!owner && errno != ENOENT)
    throw system_error(errno, fmt::format("cannot open '{}'", made->string()));
  if (!owner || !os::try_lock(owner.get())) return false;
  const auto info = os::examine(owner.get());
  if (!info || info->links == 0) return false;
  path_ = *made;
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
  if (os::rename_to_new(path_, target)) {
    path_.clear();
  } else if (errno != EEXIST || !os::exchange(path_, target)) {
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
  if (std::rename(file.c_str(), target.c_str()) != 0)
    throw system_error(errno, fmt::format("cannot publish '{}'", target.string()));
  sync_path(target.parent_path());
}

void remove_abandoned_staging(const fs::path& root) noexcept {
  std::error_code error; // what cannot be removed now is tried again in the next run
  for (fs::directory_iterator at(root / "staging", error), end; !error && at != end;
       at.increment(error)) {
    const auto owner = os::open_folder(at->path());
    if (owner && os::try_lock(owner.get())) os::remove_tree(at->path());
  }
}

} // namespace dhg::snapshot
