#pragma once

#include "dhg/unique_fd.hpp"
#include "os/ear.hpp"

#include <filesystem>
#include <string_view>

namespace dhg::snapshot {

/// A folder in which something is made. Removed with its contents unless
/// published.
class Staging {
 public:
  /// In `root`/staging. @throws Error
  Staging(const std::filesystem::path& root, std::string_view name);
  ~Staging();
  Staging(Staging&& other) noexcept;
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  /// Brings everything to the disk. @param ear may be null
  /// @throws Error; os::Interrupted
  void sync(const os::Ear* ear = nullptr) const;
  /// sync(), and moves the folder to `target` in one step. What was there
  /// before goes, but not from those who have its files open.
  /// @throws Error; os::Interrupted, and then nothing was moved
  void publish(const std::filesystem::path& target, const os::Ear* ear = nullptr);
  /// The same with one file of the folder.
  void publish_file(std::string_view name, const std::filesystem::path& target,
                    const os::Ear* ear = nullptr) const;

 private:
  [[nodiscard]] bool claim(const std::filesystem::path& root, std::string_view name);

  std::filesystem::path path_;
  UniqueFd owner_; // locked: tells the living from the dead
};

/// Removes the staging folders in `root` that processes left which are no more.
/// Cheap if there are none; those of the living stay. Any number may do it at
/// once.
void remove_abandoned_staging(const std::filesystem::path& root) noexcept;

} // namespace dhg::snapshot
