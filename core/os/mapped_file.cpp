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

MappedFile::~MappedFile() { munmap(const_cast<std::byte*>(data_), size_); }

} // namespace dhg::os
