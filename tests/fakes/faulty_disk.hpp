#pragma once

#include "dhg/process.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

namespace dhg::fakes {

/// A file on a disk that fails or is slow: a file system of its own (FUSE) shows
/// `backing`, and answers reads from `fail_from` on with EIO, and all others after
/// `delay`. What reads it gets what the kernel makes of that.
class FaultyDisk {
 public:
  /// @param fail_from in bytes, page-aligned; the file's size: never
  FaultyDisk(const std::filesystem::path& backing, std::uint64_t fail_from,
             std::chrono::milliseconds delay);
  /// The file system ends with this, and every mapping of the file fails then.
  ~FaultyDisk() = default;

  /// Empty, or why this machine cannot have such a file system.
  [[nodiscard]] const std::string& why_not() const noexcept { return why_not_; }
  [[nodiscard]] std::filesystem::path path() const;

 private:
  UniqueFd file_;
  UniqueFd control_;
  std::unique_ptr<ChildProcess> process_;
  std::string why_not_;
};

} // namespace dhg::fakes
