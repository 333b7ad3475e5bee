#include "os/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>

namespace dhg::os {
namespace {

constexpr int kAlways = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;

FileInfo told(const struct stat& info) {
  return {S_ISREG(info.st_mode),
          S_ISDIR(info.st_mode),
          (info.st_mode & S_IWOTH) != 0,
          (info.st_mode & S_ISVTX) != 0,
          static_cast<std::uint64_t>(info.st_size),
          static_cast<std::uint64_t>(info.st_blocks) * 512,
          info.st_nlink,
          info.st_uid,
          info.st_dev,
          info.st_ino,
          info.st_mtim.tv_sec};
}

std::optional<std::uint64_t> seek(int fd, std::uint64_t at, std::uint64_t end,
                                  int whence) noexcept {
  if (at >= end) return end;
  const auto found = lseek(fd, static_cast<off_t>(at), whence);
  if (found < 0 && errno == ENXIO) return end;
  if (found < 0) return std::nullopt;
  return std::min(static_cast<std::uint64_t>(found), end);
}

} // namespace

UniqueFd open_no_link(const std::filesystem::path& path) noexcept {
  return UniqueFd(open(path.c_str(), O_RDONLY | kAlways));
}

UniqueFd open_folder(const std::filesystem::path& path) noexcept {
  return UniqueFd(open(path.c_str(), O_RDONLY | O_DIRECTORY | kAlways));
}

UniqueFd open_past_cache(const std::filesystem::path& path) noexcept {
  return UniqueFd(open(path.c_str(), O_RDONLY | O_DIRECT | kAlways));
}

UniqueFd create_file(const std::filesystem::path& path, mode_t mode) noexcept {
  return UniqueFd(open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | kAlways, mode));
}

UniqueFd overwrite_file(const std::filesystem::path& path) noexcept {
  return UniqueFd(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | kAlways, 0600));
}

UniqueFd open_special(const std::filesystem::path& path) noexcept {
  return UniqueFd(open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
}

std::optional<FileInfo> examine(int fd) noexcept {
  struct stat info {};
  return fstat(fd, &info) == 0 ? std::optional(told(info)) : std::nullopt;
}

std::optional<FileInfo> examine(const std::filesystem::path& path) noexcept {
  struct stat info {};
  return lstat(path.c_str(), &info) == 0 ? std::optional(told(info)) : std::nullopt;
}

std::optional<FileInfo> examine_target(const std::filesystem::path& path) noexcept {
  struct stat info {};
  return stat(path.c_str(), &info) == 0 ? std::optional(told(info)) : std::nullopt;
}

std::optional<std::size_t> read_at(int fd, void* into, std::size_t size,
                                   std::uint64_t offset) noexcept {
  std::size_t have = 0;
  while (have < size) {
    const auto got =
        pread(fd, static_cast<char*>(into) + have, size - have, static_cast<off_t>(offset + have));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  return have;
}

bool write_at(int fd, const void* from, std::size_t size, std::uint64_t offset) noexcept {
  for (std::size_t done = 0; done < size;) {
    const auto put = pwrite(fd, static_cast<const char*>(from) + done, size - done,
                            static_cast<off_t>(offset + done));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return false;
    done += static_cast<std::size_t>(put);
  }
  return true;
}

bool write_all(int fd, std::string_view text) noexcept {
  while (!text.empty()) {
    const auto written = write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::optional<std::uint64_t> next_data(int fd, std::uint64_t at, std::uint64_t end) noexcept {
  return seek(fd, at, end, SEEK_DATA);
}

std::optional<std::uint64_t> next_hole(int fd, std::uint64_t at, std::uint64_t end) noexcept {
  return seek(fd, at, end, SEEK_HOLE);
}

bool punch_hole(int fd, std::uint64_t offset, std::uint64_t length) noexcept {
  return fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset),
                   static_cast<off_t>(length)) == 0;
}

bool set_size(int fd, std::uint64_t bytes) noexcept {
  return ftruncate(fd, static_cast<off_t>(bytes)) == 0;
}

bool sync_file(int fd) noexcept { return fsync(fd) == 0; }

void write_back(int fd, std::uint64_t offset, std::uint64_t length) noexcept {
  constexpr unsigned kWrite =
      SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
  (void)sync_file_range(fd, static_cast<off_t>(offset), static_cast<off_t>(length), kWrite);
}

bool may_read(const std::filesystem::path& path) noexcept {
  return access(path.c_str(), R_OK) == 0;
}

bool may_run(const std::filesystem::path& path) noexcept { return access(path.c_str(), X_OK) == 0; }

} // namespace dhg::os
