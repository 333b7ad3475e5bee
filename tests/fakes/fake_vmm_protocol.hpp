#pragma once

#include <cstdint>

namespace dhg::fakes {

// What a test and the fake VMM say to each other on the control socket: one
// Command, then one Reply, each written whole.

/// Descriptors that the fake VMM inherits.
enum FakeVmmFd : int {
  kHandshakeFd = 3, ///< where it sends Firecracker's handshake
  kControlFd = 4,
  kReportFd = 5, ///< a shared file of the memory file's size: what it read, at the same offsets
  kMemoryFd = 6, ///< the memory file
};

enum class Op : std::uint32_t {
  read,           ///< every page of the range, into the report
  write,          ///< the number `seed` into the first 8 bytes of every page
  remove,         ///< madvise(MADV_DONTNEED)
  storm,          ///< reads the range in `threads` threads while another removes parts of it
  touch_together, ///< `threads` threads read each page of the range at the same moment
  begin_removal,  ///< `threads` threads each read a page from the beginning of the range while
                  ///< another removes all of it: the removal begins after the reads (seed 0) or
                  ///< before (seed 1), or there is none (seed 2). Answers when all wait for the
                  ///< handler, or are done
  end_removal,    ///< waits for them; every page of the range must be zero from then on, and for
                  ///< each reader that had to wait or began after the removal. `pages`: how many
                  ///< waited
  map_over,       ///< maps fresh anonymous memory over the range, which is registered nowhere
  churn, ///< for `milliseconds`, `threads` threads read, write and give back pages of their
         ///< own, each of which must hold what was done to it last
  hang,  ///< never answers
  quit,  ///< exits
};

/// What is in the first 8 bytes of pages that were there before the handover.
inline constexpr std::uint64_t kPresentMark = 0x6572656874;

enum class Order : std::uint32_t { sequential, reverse, random };

struct Command {
  Op op = Op::quit;
  Order order = Order::sequential;
  std::uint32_t threads = 1;
  std::uint32_t seed = 0;
  std::uint64_t offset = 0; ///< in the memory file, like everything here
  std::uint64_t length = 0;
  std::uint64_t milliseconds = 0;
};

struct Reply {
  std::uint64_t pages = 0; ///< that were touched; see end_removal
  std::uint64_t wrong = 0; ///< pages that held what they must not hold
};

} // namespace dhg::fakes
