#pragma once

#include "dhg/unique_fd.hpp"

#include <filesystem>
#include <optional>

namespace dhg::snapshot {

enum class LockMode { shared, exclusive };

/// An flock(2) on a file of its own. The kernel drops it when its holder dies.
class FileLock {
 public:
  /// Takes the lock, or returns nothing if somebody holds it.
  /// @throws Error if the file cannot be made
  [[nodiscard]] static std::optional<FileLock> try_take(const std::filesystem::path& path,
                                                        LockMode mode);
  /// Waits for as long as it takes; a signal ends the wait.
  [[nodiscard]] static FileLock take(const std::filesystem::path& path, LockMode mode);

 private:
  explicit FileLock(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

} // namespace dhg::snapshot
