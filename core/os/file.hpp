#pragma once

#include "dhg/unique_fd.hpp"

#include <sys/types.h>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <optional>
#include <string_view>

namespace dhg::os {

// Opening: all are closed on exec, and none but open_special() follows a link or waits for
// another process. Each returns nothing, with errno, if it cannot be.

/// Opens what is there for reading.
[[nodiscard]] UniqueFd open_no_link(const std::filesystem::path& path) noexcept;
[[nodiscard]] UniqueFd open_folder(const std::filesystem::path& path) noexcept;
/// Past the page cache (O_DIRECT).
[[nodiscard]] UniqueFd open_past_cache(const std::filesystem::path& path) noexcept;
/// Makes a file that must not be there yet.
[[nodiscard]] UniqueFd create_file(const std::filesystem::path& path, mode_t mode = 0600) noexcept;
/// Makes a file, or empties the one that is there.
[[nodiscard]] UniqueFd overwrite_file(const std::filesystem::path& path) noexcept;

/// A FIFO, a terminal or the like, for writing: waits for its reader, and follows links.
[[nodiscard]] UniqueFd open_special(const std::filesystem::path& path) noexcept;

struct FileInfo {
  bool is_regular = false;
  bool is_folder = false;
  bool others_may_write = false;
  bool is_sticky = false;
  std::uint64_t bytes = 0;
  std::uint64_t allocated_bytes = 0;
  std::uint64_t links = 0; ///< 0: it was removed
  uid_t owner = 0;
  dev_t device = 0;
  ino_t inode = 0;
  std::time_t modified = 0; ///< seconds since 1970

  [[nodiscard]] bool is_same_as(const FileInfo& other) const noexcept {
    return device == other.device && inode == other.inode;
  }
};

/// @return nothing, with errno, if it cannot be examined
[[nodiscard]] std::optional<FileInfo> examine(int fd) noexcept;
[[nodiscard]] std::optional<FileInfo> examine(const std::filesystem::path& path) noexcept;
/// Of a link, what it points to.
[[nodiscard]] std::optional<FileInfo> examine_target(const std::filesystem::path& path) noexcept;

/// Reads `size` bytes at `offset`, or up to the end.
/// @return how many; nothing, with errno, if they cannot be read
[[nodiscard]] std::optional<std::size_t> read_at(int fd, void* into, std::size_t size,
                                                 std::uint64_t offset) noexcept;
/// Writes all of it. @return false, with errno
[[nodiscard]] bool write_at(int fd, const void* from, std::size_t size,
                            std::uint64_t offset) noexcept;
[[nodiscard]] bool write_all(int fd, std::string_view text) noexcept;

/// Where the next data, or the next hole, begins at or after `at`; `end` if there is none
/// before. @return nothing, with errno, if the file system cannot tell
[[nodiscard]] std::optional<std::uint64_t> next_data(int fd, std::uint64_t at,
                                                     std::uint64_t end) noexcept;
[[nodiscard]] std::optional<std::uint64_t> next_hole(int fd, std::uint64_t at,
                                                     std::uint64_t end) noexcept;
/// Turns bytes into a hole. @return false, with errno
[[nodiscard]] bool punch_hole(int fd, std::uint64_t offset, std::uint64_t length) noexcept;
[[nodiscard]] bool set_size(int fd, std::uint64_t bytes) noexcept;

/// fsync(2). @return false, with errno
[[nodiscard]] bool sync_file(int fd) noexcept;
/// Has a part of a file written to the disk, and waits for that: sync_file() has less to do
/// then, or tells what went wrong.
void write_back(int fd, std::uint64_t offset, std::uint64_t length) noexcept;

[[nodiscard]] bool may_read(const std::filesystem::path& path) noexcept;
[[nodiscard]] bool may_run(const std::filesystem::path& path) noexcept;

} // namespace dhg::os
