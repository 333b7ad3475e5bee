#include "snapshot/holes.hpp"

#include "dhg/error.hpp"
#include "dhg/memory.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

namespace dhg::snapshot {
namespace {

constexpr std::size_t kBlock = 1024 * 1024;

std::uint64_t allocated(int fd) {
  struct stat info {};
  if (fstat(fd, &info) != 0) throw system_error(errno, "cannot examine the memory file");
  return static_cast<std::uint64_t>(info.st_blocks) * 512;
}

bool is_zero(const char* page) {
  return page[0] == 0 && std::memcmp(page, page + 1, kPageSize - 1) == 0;
}

// Collects neighbouring zero pages and punches each run out once it ends.
class Digger {
 public:
  Digger(int fd, std::uint64_t least_run) : fd_(fd), least_run_(least_run) {}

  void page(std::uint64_t offset, bool zero) {
    if (zero && offset == run_.end() && run_.length != 0) {
      run_.length += kPageSize;
    } else {
      flush();
      if (zero) run_ = {offset, kPageSize};
    }
  }

  void flush() {
    if (run_.length >= least_run_ && run_.length != 0 &&
        fallocate(fd_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(run_.offset),
                  static_cast<off_t>(run_.length)) != 0)
      throw system_error(errno, "cannot dig holes into the memory file");
    run_ = {};
  }

 private:
  int fd_;
  std::uint64_t least_run_;
  ByteRange run_;
};

} // namespace

Dug dig_zero_pages(int fd, std::uint64_t least_run) {
  Dug result{allocated(fd), 0};
  std::vector<char> block(kBlock);
  Digger digger(fd, least_run);
  for (off_t at = 0; (at = lseek(fd, at, SEEK_DATA)) >= 0;) {
    at = at / static_cast<off_t>(kPageSize) * static_cast<off_t>(kPageSize);
    const auto hole = lseek(fd, at, SEEK_HOLE);
    if (hole < 0) throw system_error(errno, "cannot find the holes in the memory file");
    while (at < hole) {
      const auto wanted = static_cast<std::size_t>(std::min<off_t>(kBlock, hole - at));
      const auto got = pread(fd, block.data(), wanted, at);
      if (got <= 0) throw system_error(errno, "cannot read the memory file");
      const auto pages = static_cast<std::size_t>(got) / kPageSize;
      if (pages == 0) return result; // a last piece shorter than a page stays
      for (std::size_t i = 0; i < pages; ++i)
        digger.page(static_cast<std::uint64_t>(at) + i * kPageSize, is_zero(&block[i * kPageSize]));
      at += static_cast<off_t>(pages * kPageSize);
    }
  }
  digger.flush();
  result.after = allocated(fd);
  return result;
}

} // namespace dhg::snapshot
