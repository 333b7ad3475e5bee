#pragma once

#include "os/file_lock.hpp"
#include "snapshot/kept_notes.hpp"
#include "snapshot/manifest.hpp"
#include "snapshot/names.hpp"
#include "snapshot/staging.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dhg::snapshot {

/// A complete snapshot, checked, and kept from being replaced until released.
class Snapshot {
 public:
  Snapshot(std::string name, std::filesystem::path folder, std::filesystem::path rootfs,
           Manifest manifest, os::FileLock lock)
      : name_(std::move(name)),
        folder_(std::move(folder)),
        rootfs_(std::move(rootfs)),
        manifest_(std::move(manifest)),
        lock_(std::move(lock)) {}

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const Manifest& manifest() const noexcept { return manifest_; }
  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }
  [[nodiscard]] std::filesystem::path file(std::string_view name) const { return folder_ / name; }
  /// Where a compressed copy of the memory is, or would be. No part of the snapshot.
  [[nodiscard]] std::filesystem::path compressed_copy() const { return folder_ / kCompressedCopy; }
  static constexpr std::string_view kCompressedCopy = "memory.zst";
  [[nodiscard]] const std::filesystem::path& rootfs() const noexcept { return rootfs_; }
  /// All that is needed is open: what holds it open keeps it, whatever happens to
  /// the names.
  void release() noexcept { lock_.reset(); }

 private:
  std::string name_;
  std::filesystem::path folder_;
  std::filesystem::path rootfs_;
  Manifest manifest_;
  std::optional<os::FileLock> lock_;
};

/// A line of `dhg vm status`.
struct ListedSnapshot {
  std::string name;
  std::filesystem::path path;
  std::optional<Manifest> manifest; ///< nothing if broken
  std::string problem;              ///< empty if complete
  std::filesystem::path rootfs;
  std::uint64_t bytes = 0;
  std::uint64_t allocated_bytes = 0;
  std::uint64_t compressed_bytes = 0; ///< of the above: the compressed copy's
  std::optional<pid_t> maker;         ///< the process that is making it anew now
};

/// The images and snapshots of one user. Any number of processes may use it at once.
class Store {
 public:
  /// Makes the folders that are missing, for this user alone.
  /// @param ear what is listened to while something takes long; borrowed, may be null.
  ///   Each call then throws os::Interrupted too
  /// @throws Error if that cannot be, or if others can change what is in them
  explicit Store(std::filesystem::path root, const os::Ear* ear = nullptr);

  [[nodiscard]] const std::filesystem::path& root() const noexcept { return root_; }

  /// Opens a snapshot for a run: checks the manifest, every file's size, and
  /// the digests of files that are small enough to be read each time.
  /// @param prepare the command that makes it, for messages
  /// @throws Error that says what is wrong and how to mend it
  [[nodiscard]] Snapshot open_snapshot(const std::string& name,
                                       const std::string& prepare = "dhg vm prepare") const;
  /// Whether there is one, complete or not.
  [[nodiscard]] bool has_snapshot(const std::string& name) const;
  /// The manifest, if there is a readable one.
  [[nodiscard]] std::optional<Manifest> try_manifest(const std::string& name) const;
  /// Keeps others from making the same thing meanwhile.
  /// @throws Error at once if somebody is at it
  [[nodiscard]] os::FileLock lock_for_making(const std::string& name) const;
  [[nodiscard]] Staging stage(std::string_view name) const { return {root_, name}; }
  /// Completes the manifest with the files of `staging` and publishes it as
  /// `name`. At every moment the old or the new one is there, complete.
  /// @throws Error; then the old one is still there
  void publish(Staging& staging, const std::string& name, Manifest manifest) const;
  /// Reads every byte again. @return what is wrong, or empty
  [[nodiscard]] std::string verify(const std::string& name) const;
  [[nodiscard]] std::vector<ListedSnapshot> list() const;
  /// Of all snapshots, also broken ones, in no order.
  [[nodiscard]] std::vector<std::string> names() const;
  /// What page servers keep with a snapshot. Runs go on meanwhile.
  [[nodiscard]] std::vector<KeptNotes> notes(const std::string& name) const;
  /// Removes some of it: a run that is under way neither is disturbed nor brings it back.
  /// @param page_server empty: of all
  /// @return what was removed
  std::vector<KeptNotes> forget(const std::string& name, const std::string& page_server) const;
  /// Waits until no run is about to start from it. @return whether it was there
  bool remove(const std::string& name) const;

  /// Where an image is, or would be.
  [[nodiscard]] std::filesystem::path image_path(const std::string& recipe,
                                                 const std::string& digest) const;
  [[nodiscard]] bool has_image(const std::string& recipe, const std::string& digest) const;
  /// Removes the images of `recipe` that no snapshot uses; none while somebody
  /// makes a snapshot of it. @return how many
  int remove_unused_images(const std::string& recipe) const;

  /// Removes what processes left that are no more. Cheap if there is nothing.
  void clean_stale() const noexcept { remove_abandoned_staging(root_); }

 private:
  static constexpr std::string_view kMakingLock = ".making.lock";

  [[nodiscard]] std::filesystem::path snapshot_path(const std::string& name) const;
  [[nodiscard]] std::filesystem::path making_lock_path(const std::string& name) const;
  [[nodiscard]] os::FileLock lock(const std::string& name, os::LockMode mode) const;
  /// In one step; what is left of it then is only rubbish.
  static void discard_into(const Staging& rubbish, const std::filesystem::path& path);
  [[nodiscard]] Manifest checked_manifest(const std::string& name) const;
  [[nodiscard]] std::vector<KeptNotes> notes_of_held(const std::string& name) const;
  [[nodiscard]] std::optional<std::vector<os::FileLock>> keep_from_making(
      const std::string& recipe) const;

  std::filesystem::path root_;
  const os::Ear* ear_;
};

} // namespace dhg::snapshot
