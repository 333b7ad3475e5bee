#pragma once

#include "dhg/deadline.hpp"
#include "dhg/unique_fd.hpp"

#include <filesystem>

namespace dhg_firecracker {

/// A folder for one Firecracker's sockets, for this user alone, with a path short
/// enough for them; gone with this object. Folders that processes left which are no
/// more go when the next one is made.
class RunFolder {
 public:
  /// In `$XDG_RUNTIME_DIR/dhg`, or where that is not set or too long, in `/tmp/dhg-UID`.
  /// @throws Error if that cannot be, or if others can change what is in it
  RunFolder();
  ~RunFolder();
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  [[nodiscard]] std::filesystem::path api_socket() const { return path_ / "api"; }
  [[nodiscard]] std::filesystem::path vsock_socket() const { return path_ / "vsock"; }
  [[nodiscard]] std::filesystem::path handoff_socket() const { return path_ / "handoff"; }

  /// Waits until a file has been made in it since the last call. Also returns at the
  /// deadline. @return false if `vmm`, a pidfd, ended before
  [[nodiscard]] bool await_new_file(int vmm, dhg::Deadline deadline) const;
  /// A socket that listens at handoff_socket().
  [[nodiscard]] dhg::UniqueFd listen_for_handoff() const;

 private:
  [[nodiscard]] bool claim(const std::filesystem::path& parent);

  std::filesystem::path path_;
  dhg::UniqueFd owner_; // locked: whoever finds it unlocked may remove the folder
  dhg::UniqueFd news_;  // inotify
};

} // namespace dhg_firecracker
