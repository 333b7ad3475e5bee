#include "os/page_cache.hpp"

#include "dhg/error.hpp"
#include "dhg/unique_fd.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>

namespace dhg::os {
namespace {

UniqueFd open_file(const std::filesystem::path& file) {
  UniqueFd fd(open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) throw system_error(errno, fmt::format("cannot open '{}'", file.string()));
  return fd;
}

} // namespace

std::vector<bool> resident_pages(const std::filesystem::path& file) {
  const auto fd = open_file(file);
  struct stat info {};
  if (fstat(fd.get(), &info) != 0)
    throw system_error(errno, fmt::format("cannot examine '{}'", file.string()));
  // For the files of others mincore(2) claims that all is there.
  if (geteuid() != 0 && info.st_uid != geteuid() && access(file.c_str(), W_OK) != 0)
    throw Error(Blame::environment,
                fmt::format("'{}' is somebody else's: the kernel does not tell what of it is in "
                            "the page cache",
                            file.string()));
  if (info.st_size == 0) return {};
  const auto size = static_cast<std::size_t>(info.st_size);
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  auto* mapped = mmap(nullptr, size, PROT_READ, MAP_SHARED, fd.get(), 0);
  if (mapped == MAP_FAILED) // NOLINT(performance-no-int-to-ptr): the system's own definition
    throw system_error(errno, fmt::format("cannot map '{}'", file.string()));
  std::vector<unsigned char> state((size + page - 1) / page);
  const int failed = mincore(mapped, size, state.data()) != 0 ? errno : 0;
  munmap(mapped, size);
  if (failed != 0)
    throw system_error(failed, fmt::format("cannot find out how much of '{}' is in the page cache",
                                           file.string()));
  std::vector<bool> resident(state.size());
  for (std::size_t i = 0; i < state.size(); ++i) resident[i] = (state[i] & 1U) != 0;
  return resident;
}

void drop_pages(const std::filesystem::path& file) {
  const auto fd = open_file(file);
  (void)fdatasync(fd.get()); // what is dirty stays otherwise, which resident_pages() would show
  posix_fadvise(fd.get(), 0, 0, POSIX_FADV_DONTNEED);
}

void read_ahead(int fd, std::uint64_t offset, std::uint64_t length) noexcept {
  posix_fadvise(fd, static_cast<off_t>(offset), static_cast<off_t>(length), POSIX_FADV_WILLNEED);
}

} // namespace dhg::os
