#include "snapshot/holes.hpp"

#include "dhg/error.hpp"
#include "dhg/memory.hpp"
#include "os/file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <vector>

namespace dhg::snapshot {
namespace {

constexpr std::uint64_t kBlock = 1024 * 1024;

os::FileInfo examine(int fd) {
  const auto info = os::examine(fd);
  if (!info) throw system_error(errno, "cannot examine the memory file");
  return *info;
}

bool is_zero(const char* page) {
  return page[0] == 0 && std::memcmp(page, page + 1, kPageSize - 1) == 0;
}

std::uint64_t found(std::optional<std::uint64_t> place) {
  if (!place) throw system_error(errno, "cannot find the holes in the memory file");
  return *place;
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
        !os::punch_hole(fd_, run_.offset, run_.length))
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
  const auto got = os::read_at(fd, block.data(), wanted, at);
  if (!got) throw system_error(errno, "cannot read the memory file");
  if (*got < wanted)
    throw Error(Blame::environment, "the memory file was truncated while it was read");
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
  if (!os::write_at(fd, block.data(), wanted, at))
    throw system_error(errno, "cannot write the memory file",
                       "free some disk space, or set DHG_CACHE_DIR to a folder on a larger disk");
}

} // namespace

void copy_data(int from, int to, const os::Ear* ear) {
  const auto end = examine(from).bytes;
  if (!os::set_size(to, end)) throw system_error(errno, "cannot size the memory file");
  std::vector<char> block(kBlock);
  for (std::uint64_t at = 0; (at = found(os::next_data(from, at, end))) < end;) {
    const auto hole = found(os::next_hole(from, at, end));
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
  Dug result{examine(fd).allocated_bytes, 0};
  // A last piece shorter than a page stays as it is.
  const auto end = examine(fd).bytes / kPageSize * kPageSize;
  std::vector<char> block(kBlock);
  Digger digger(fd, least_run);
  for (std::uint64_t at = 0; (at = found(os::next_data(fd, at, end))) < end;) {
    const auto hole = found(os::next_hole(fd, at, end));
    // Whole pages: the file system's blocks may be smaller.
    const auto stop = (hole + kPageSize - 1) / kPageSize * kPageSize;
    scan(fd, at / kPageSize * kPageSize, stop, block, digger, ear);
    at = stop;
  }
  digger.flush();
  result.after = examine(fd).allocated_bytes;
  return result;
}

} // namespace dhg::snapshot
