#pragma once

#include "dhg/deadline.hpp"
#include "dhg/unique_fd.hpp"
#include "os/ear.hpp"

#include <sys/types.h>
#include <filesystem>
#include <optional>

namespace dhg::os {

enum class LockMode { shared, exclusive };

/// An flock(2) on a file of its own. The kernel drops it when its holder dies.
class FileLock {
 public:
  /// Takes the lock, or returns nothing if somebody holds it.
  /// @throws Error if the file cannot be made
  [[nodiscard]] static std::optional<FileLock> try_take(const std::filesystem::path& path,
                                                        LockMode mode);
  /// Waits for those who hold it.
  /// @param ear may be null
  /// @throws Error that names one of them, at the deadline; Interrupted
  [[nodiscard]] static FileLock take(const std::filesystem::path& path, LockMode mode,
                                     Deadline deadline, const Ear* ear = nullptr);

 private:
  explicit FileLock(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

/// The same on a file or folder that is open, for as long as it is.
/// @return false if somebody holds it, or with errno
[[nodiscard]] bool try_lock(int fd) noexcept;

/// A process that holds a lock on `path` now, as the kernel tells
/// (/proc/locks). For messages: nothing if there is none, or it is not visible
/// from here.
[[nodiscard]] std::optional<pid_t> lock_holder(const std::filesystem::path& path);

} // namespace dhg::os
