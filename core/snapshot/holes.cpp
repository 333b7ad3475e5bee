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

constexpr std::uint64_t kBlock = 1024 * 1024;

struct stat examine(int fd) {
  struct stat info {};
  if (fstat(fd, &info) != 0) throw system_error(errno, "cannot examine the memory file");
  return info;
}

std::uint64_t allocated(int fd) { return static_cast<std::uint64_t>(examine(fd).st_blocks) * 512; }

bool is_zero(const char* page) {
  return page[0] == 0 && std::memcmp(page, page + 1, kPageSize - 1) == 0;
}

// Where the next data, or the next hole, begins at or after `at`; `end` if
// there is none.
std::uint64_t seek(int fd, std::uint64_t at, std::uint64_t end, int whence) {
  if (at >= end) return end;
  const auto found = lseek(fd, static_cast<off_t>(at), whence);
  if (found < 0 && errno == ENXIO) return end;
  if (found < 0) throw system_error(errno, "cannot find the holes in the memory file");
  return std::min(static_cast<std::uint64_t>(found), end);
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
      throw system_error(errno, "cannot punch holes in the memory file",
                         "set DHG_CACHE_DIR to a folder on a file system with "
                         "sparse files, such "
                         "as ext4, xfs or btrfs");
    run_ = {};
  }

 private:
  int fd_;
  std::uint64_t least_run_;
  ByteRange run_;
};

// Reads whole `wanted` bytes at `at`.
void read_block(int fd, std::uint64_t at, std::size_t wanted, std::vector<char>& block) {
  std::size_t filled = 0;
  while (filled < wanted) {
    const auto got = pread(fd, &block[filled], wanted - filled, static_cast<off_t>(at + filled));
    if (got < 0) throw system_error(errno, "cannot read the memory file");
    if (got == 0)
      throw Error(Blame::environment, "the memory file was truncated while it was read");
    filled += static_cast<std::size_t>(got);
  }
}

// `at` and `end` are page-aligned.
void scan(int fd, std::uint64_t at, std::uint64_t end, std::vector<char>& block, Digger& digger,
          const os::Ear* ear) {
  while (at < end) {
    os::hear(ear);
    const auto wanted = static_cast<std::size_t>(std::min(kBlock, end - at));
    read_block(fd, at, wanted, block);
    for (std::size_t i = 0; i < wanted; i += kPageSize) digger.page(at + i, is_zero(&block[i]));
    at += wanted;
  }
}

void write_block(int fd, std::uint64_t at, std::size_t wanted, const std::vector<char>& block) {
  std::size_t done = 0;
  while (done < wanted) {
    const auto put = pwrite(fd, &block[done], wanted - done, static_cast<off_t>(at + done));
    if (put < 0)
      throw system_error(errno, "cannot write the memory file",
                         "free some disk space, or set DHG_CACHE_DIR to a folder on a larger disk");
    done += static_cast<std::size_t>(put);
  }
}

} // namespace

void copy_data(int from, int to, const os::Ear* ear) {
  const auto end = static_cast<std::uint64_t>(examine(from).st_size);
  if (ftruncate(to, static_cast<off_t>(end)) != 0)
    throw system_error(errno, "cannot size the memory file");
  std::vector<char> block(kBlock);
  for (std::uint64_t at = 0; (at = seek(from, at, end, SEEK_DATA)) < end;) {
    const auto hole = seek(from, at, end, SEEK_HOLE);
    while (at < hole) {
      os::hear(ear);
      const auto length = static_cast<std::size_t>(std::min(kBlock, hole - at));
      read_block(from, at, length, block);
      write_block(to, at, length, block);
      at += length;
    }
  }
}

Dug dig_zero_pages(int fd, std::uint64_t least_run, const os::Ear* ear) {
  Dug result{allocated(fd), 0};
  // A last piece shorter than a page stays as it is.
  const auto end = static_cast<std::uint64_t>(examine(fd).st_size) / kPageSize * kPageSize;
  std::vector<char> block(kBlock);
  Digger digger(fd, least_run);
  for (std::uint64_t at = 0; (at = seek(fd, at, end, SEEK_DATA)) < end;) {
    const auto hole = seek(fd, at, end, SEEK_HOLE);
    // Whole pages: the file system's blocks may be smaller.
    const auto stop = (hole + kPageSize - 1) / kPageSize * kPageSize;
    scan(fd, at / kPageSize * kPageSize, stop, block, digger, ear);
    at = stop;
  }
  digger.flush();
  result.after = allocated(fd);
  return result;
}

} // namespace dhg::snapshot
