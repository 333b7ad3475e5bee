#include "os/mapped_file.hpp"

#include "dhg/error.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <cerrno>

namespace dhg::os {

MappedFile::MappedFile(const std::filesystem::path& path)
    : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {
  if (!fd_) throw system_error(errno, fmt::format("cannot open '{}'", path.string()));
  struct stat info {};
  if (fstat(fd_.get(), &info) != 0)
    throw system_error(errno, fmt::format("cannot examine '{}'", path.string()));
  if (!S_ISREG(info.st_mode) || info.st_size <= 0)
    throw Error(Blame::environment, fmt::format("'{}' is not a file with contents", path.string()));
  size_ = static_cast<std::uint64_t>(info.st_size);
  void* address = mmap(nullptr, size_, PROT_READ, MAP_SHARED | MAP_NORESERVE, fd_.get(), 0);
  if (address == MAP_FAILED)
    throw system_error(errno, fmt::format("cannot map '{}'", path.string()));
  data_ = static_cast<const std::byte*>(address);
}

void MappedFile::expect_any_order() const noexcept { advise(0, size_, MADV_RANDOM); }
void MappedFile::will_need(std::uint64_t offset, std::uint64_t length) const noexcept {
  advise(offset, length, MADV_WILLNEED);
}
void MappedFile::read_now(std::uint64_t offset, std::uint64_t length) const noexcept {
  advise(offset, length, MADV_POPULATE_READ);
}
void MappedFile::let_go() const noexcept { advise(0, size_, MADV_DONTNEED); }

void MappedFile::advise(std::uint64_t offset, std::uint64_t length, int advice) const noexcept {
  madvise(const_cast<std::byte*>(data_) + offset, length, advice);
}

MappedFile::~MappedFile() { munmap(const_cast<std::byte*>(data_), size_); }

} // namespace dhg::os
