#include "copy_limit.hpp"

#include "guest.hpp"
#include "memory/page_source.hpp"
#include "os/userfaultfd.hpp"

#include <sys/mman.h>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace dhg::bench {

double parallel_copy_seconds(const std::filesystem::path& memory) {
  constexpr std::uint64_t kPiece = 2UL * 1024 * 1024;
  const memory::FilePageSource source(memory);
  std::vector<ByteRange> pieces;
  for (const auto& extent : source.data_extents())
    for (std::uint64_t done = 0; done < extent.length; done += kPiece)
      pieces.push_back({extent.offset + done, std::min(kPiece, extent.length - done)});
  const GuestMemoryStandIn guest(source.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (auto i = next++; i < pieces.size(); i = next++) {
      const auto* from = source.data() + pieces[i].offset;
      madvise(const_cast<std::byte*>(from), pieces[i].length, MADV_POPULATE_READ);
      (void)os::uffd::copy(guest.userfaultfd(), guest.address() + pieces[i].offset, from,
                           pieces[i].length);
    }
  };
  const auto begin = std::chrono::steady_clock::now();
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 1; i < std::thread::hardware_concurrency(); ++i) threads.emplace_back(work);
    work();
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

} // namespace dhg::bench
