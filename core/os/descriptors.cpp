#include "os/descriptors.hpp"

#include "dhg/error.hpp"
#include "os/file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>

namespace dhg::os {
namespace {

std::string part_of(int fd, std::uint64_t offset, std::uint64_t length) {
  std::string text(length, '\0');
  text.resize(read_at(fd, text.data(), text.size(), offset).value_or(0));
  return text;
}

std::uint64_t size_of(int fd) {
  const auto info = examine(fd);
  return info ? info->bytes : 0;
}

} // namespace

void fill_standard_descriptors() noexcept {
  for (const int fd : {kStandardInput, kStandardOutput, kStandardError})
    if (fcntl(fd, F_GETFD) < 0) (void)open("/dev/null", O_RDONLY);
}

bool is_terminal(int fd) noexcept { return isatty(fd) == 1; }

bool is_null_device(int fd) noexcept {
  constexpr unsigned kMemoryDevices = 1; // Documentation/admin-guide/devices.txt
  constexpr unsigned kNull = 3;
  struct stat info {};
  return fstat(fd, &info) == 0 && S_ISCHR(info.st_mode) &&
         info.st_rdev == makedev(kMemoryDevices, kNull);
}

void replace_by_null(int fd) noexcept {
  const UniqueFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
  if (null) (void)dup2(null.get(), fd);
}

UniqueFd duplicate(int fd) noexcept { return UniqueFd(fcntl(fd, F_DUPFD_CLOEXEC, 0)); }

bool make_non_blocking(int fd) noexcept {
  const int flags = fcntl(fd, F_GETFL);
  return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

Pipe make_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw system_error(errno, "cannot create a pipe");
  Pipe result{UniqueFd(ends[0]), UniqueFd(ends[1])};
  // Only our end: the other's flags are the child's.
  if (!make_non_blocking(ends[0])) throw system_error(errno, "cannot set up a pipe");
  return result;
}

std::optional<std::size_t> read_now(int fd, std::span<char> into) noexcept {
  const auto got = read(fd, into.data(), into.size());
  if (got > 0) return static_cast<std::size_t>(got);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
  return std::nullopt;
}

std::optional<std::size_t> read_available(int fd, std::span<char> into) noexcept {
  struct stat info {};
  // Of a file, what is not in memory would never count as there.
  if (fstat(fd, &info) == 0 && !S_ISREG(info.st_mode)) {
    const iovec place{into.data(), into.size()};
    const auto got = preadv2(fd, &place, 1, -1, RWF_NOWAIT);
    if (got > 0) return static_cast<std::size_t>(got);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
    if (got == 0 || errno != EOPNOTSUPP) return std::nullopt;
  }
  return read_now(fd, into);
}

std::optional<std::size_t> write_some(int fd, std::string_view text) noexcept {
  const auto written = write(fd, text.data(), text.size());
  return written < 0 ? std::nullopt : std::optional(static_cast<std::size_t>(written));
}

UniqueFd make_memory_file(const char* name) {
  UniqueFd fd(memfd_create(name, MFD_CLOEXEC));
  if (!fd) throw system_error(errno, "cannot create a memory file");
  return fd;
}

std::string head_of(int fd, std::uint64_t most) {
  return part_of(fd, 0, std::min(size_of(fd), most));
}

std::string tail_of(int fd, std::uint64_t most) {
  const auto size = size_of(fd);
  const auto length = std::min(size, most);
  return part_of(fd, size - length, length);
}

} // namespace dhg::os
