#include "memory_file.hpp"

#include "dhg/error.hpp"
#include "dhg/unique_fd.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <cstring>

namespace dhg::fakes {
namespace {

constexpr std::uint64_t kMark = UINT64_C(0x9e3779b97f4a7c15);

std::array<std::byte, kPageSize> page_at(std::uint64_t offset) {
  std::array<std::byte, kPageSize> page;
  for (std::uint64_t i = 0; i < kPageSize; i += 8) {
    const std::uint64_t word = (offset + i + 8) * kMark | 1;
    std::memcpy(page.data() + i, &word, sizeof word);
  }
  return page;
}

UniqueFd open_file(const std::filesystem::path& path, int flags) {
  UniqueFd fd(open(path.c_str(), flags | O_CLOEXEC, 0600));
  if (!fd) throw system_error(errno, "cannot open " + path.string());
  return fd;
}

} // namespace

MemoryFile::MemoryFile(std::uint64_t size, const std::vector<ByteRange>& data) {
  const auto file = open_file(path(), O_RDWR | O_CREAT | O_EXCL);
  if (ftruncate(file.get(), static_cast<off_t>(size)) != 0)
    throw system_error(errno, "cannot size the memory file");
  for (const auto& range : data) {
    for (auto offset = range.offset; offset < range.end(); offset += kPageSize) {
      const auto page = page_at(offset);
      if (pwrite(file.get(), page.data(), page.size(), static_cast<off_t>(offset)) !=
          static_cast<ssize_t>(page.size()))
        throw system_error(errno, "cannot write the memory file");
    }
  }
}

void MemoryFile::truncate(std::uint64_t size) const {
  if (::truncate(path().c_str(), static_cast<off_t>(size)) != 0)
    throw system_error(errno, "cannot truncate the memory file");
}

std::vector<std::byte> MemoryFile::contents() const {
  const auto file = open_file(path(), O_RDONLY);
  std::vector<std::byte> bytes(std::filesystem::file_size(path()));
  if (pread(file.get(), bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    throw system_error(errno, "cannot read the memory file");
  return bytes;
}

} // namespace dhg::fakes
