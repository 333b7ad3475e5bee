#pragma once

#include "snapshot/lock.hpp"
#include "snapshot/manifest.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dhg::snapshot {

/// Where images and snapshots are kept: $DHG_CACHE_DIR, $XDG_CACHE_HOME/dhg, or
/// $HOME/.cache/dhg.
/// @throws Error(Blame::usage) if none is set, or one is not absolute
[[nodiscard]] std::filesystem::path cache_root(
    const std::function<std::optional<std::string>(const char*)>& environment);

/// "python-qemu-512m-1c". Pure.
[[nodiscard]] std::string snapshot_name(std::string_view image, std::string_view launcher,
                                        std::uint64_t memory_bytes, unsigned vcpus);

/// A complete snapshot, checked, and kept from being replaced until released.
class Snapshot {
 public:
  Snapshot(std::string name, std::filesystem::path folder, std::filesystem::path rootfs,
           Manifest manifest, FileLock lock)
      : name_(std::move(name)),
        folder_(std::move(folder)),
        rootfs_(std::move(rootfs)),
        manifest_(std::move(manifest)),
        lock_(std::move(lock)) {}

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const Manifest& manifest() const noexcept { return manifest_; }
  [[nodiscard]] std::filesystem::path file(std::string_view name) const { return folder_ / name; }
  [[nodiscard]] const std::filesystem::path& rootfs() const noexcept { return rootfs_; }
  /// All that is needed is open: what holds it open keeps it, whatever happens to
  /// the names.
  void release() noexcept { lock_.reset(); }

 private:
  std::string name_;
  std::filesystem::path folder_;
  std::filesystem::path rootfs_;
  Manifest manifest_;
  std::optional<FileLock> lock_;
};

/// A folder in which something is made. Removed with its contents unless published.
class Staging {
 public:
  Staging(const std::filesystem::path& root, std::string_view name);
  ~Staging();
  Staging(Staging&& other) noexcept;
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  /// Brings everything to the disk, then the folder to `target`, in one step. What
  /// was there before goes.
  void publish(const std::filesystem::path& target);

 private:
  std::filesystem::path path_;
  UniqueFd owner_; // locked: tells the living from the dead
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
};

/// The images and snapshots of one user. Any number of processes may use it at once.
class Store {
 public:
  /// Makes the folders that are missing. @throws Error
  explicit Store(std::filesystem::path root);

  [[nodiscard]] const std::filesystem::path& root() const noexcept { return root_; }

  /// Opens a snapshot for a run: checks the manifest, every file's size, and the
  /// digests of all files but the memory.
  /// @throws Error that says what is wrong and how to mend it
  [[nodiscard]] Snapshot open_snapshot(const std::string& name) const;
  /// The manifest, if there is a readable one.
  [[nodiscard]] std::optional<Manifest> try_manifest(const std::string& name) const;
  /// Keeps others from making the same thing meanwhile.
  /// @throws Error at once if somebody is at it
  [[nodiscard]] FileLock lock_for_making(const std::string& name) const;
  [[nodiscard]] Staging stage(std::string_view name) const { return {root_, name}; }
  /// Completes the manifest with the files of `staging` and publishes it as `name`.
  void publish(Staging& staging, const std::string& name, Manifest manifest) const;
  /// Reads every byte again. @return what is wrong, or empty
  [[nodiscard]] std::string verify(const std::string& name) const;
  [[nodiscard]] std::vector<ListedSnapshot> list() const;
  /// @return whether it was there
  bool remove(const std::string& name) const;

  /// Where an image is, or would be.
  [[nodiscard]] std::filesystem::path image_path(const std::string& recipe,
                                                 const std::string& digest) const;
  [[nodiscard]] bool has_image(const std::string& recipe, const std::string& digest) const;
  /// Removes the images of `recipe` that no snapshot uses. @return how many
  int remove_unused_images(const std::string& recipe) const;

  /// Removes what processes left that are no more. Cheap if there is nothing.
  void clean_stale() const;

 private:
  [[nodiscard]] std::filesystem::path snapshot_path(const std::string& name) const {
    return root_ / "snapshots" / name;
  }
  [[nodiscard]] std::filesystem::path lock_path(const std::string& name) const {
    return root_ / "locks" / (name + ".lock");
  }
  [[nodiscard]] Manifest checked_manifest(const std::string& name) const;

  std::filesystem::path root_;
};

} // namespace dhg::snapshot
