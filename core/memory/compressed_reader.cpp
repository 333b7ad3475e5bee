#include "memory/compressed_copy.hpp"
#include "memory/page_reader.hpp"

#include "dhg/unique_fd.hpp"
#include "os/file.hpp"
#include "os/page_cache.hpp"

#include <xxhash.h>
#include <zstd.h>
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <utility>
#include <vector>

namespace dhg::memory {
namespace {

using namespace compressed;

constexpr std::uint64_t kLongestFetch = 1024 * 1024;

bool read_whole(int fd, void* into, std::size_t size, std::uint64_t offset) {
  return os::read_at(fd, into, size, offset) == size;
}

// What a thread needs to unpack frames, and the ones that it unpacked last.
struct Workshop {
  Workshop() : context(ZSTD_createDCtx()) {}
  ~Workshop() { ZSTD_freeDCtx(context); }
  Workshop(const Workshop&) = delete;
  Workshop& operator=(const Workshop&) = delete;

  ZSTD_DCtx* const context;
  std::vector<std::byte> packed = std::vector<std::byte>(ZSTD_compressBound(kFrame));
  std::vector<std::byte> frames = std::vector<std::byte>(kLongestFetch + kFrame);
  std::uint64_t owner = 0; ///< a reader's number
  std::uint64_t first = 0;
  std::uint64_t count = 0; ///< of frames, from `first` on
};

// Each reader's own, for ever: another may come to lie at the address of one that is gone.
std::uint64_t next_number() noexcept {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

class CompressedReader final : public PageReader {
 public:
  CompressedReader(const std::filesystem::path& path, UniqueFd fd, UniqueFd memory,
                   std::uint64_t memory_bytes, std::vector<Entry> index)
      : path_(path),
        fd_(std::move(fd)),
        memory_(std::move(memory)),
        memory_bytes_(memory_bytes),
        index_(std::move(index)) {}
  ~CompressedReader() override {
    if (damaged_ && is_still_there()) (void)std::remove(path_.c_str());
  }

  [[nodiscard]] std::uint64_t longest() const noexcept override { return kLongestFetch; }

  [[nodiscard]] const std::byte* fetch(ByteRange range) const noexcept override {
    try {
      thread_local Workshop workshop;
      const auto first = range.offset / kFrame;
      const auto end = (range.end() + kFrame - 1) / kFrame;
      const bool there = workshop.owner == number_ && first >= workshop.first &&
                         end <= workshop.first + workshop.count;
      if (!there && !unpack(workshop, first, end)) return nullptr;
      return workshop.frames.data() + (range.offset - workshop.first * kFrame);
    } catch (const std::exception&) {
      return nullptr; // no memory
    }
  }

  void read_ahead(ByteRange range, bool /*wait*/) const noexcept override {
    for (auto i = range.offset / kFrame; i * kFrame < range.end() && i < index_.size(); ++i)
      if (index_[i].length != 0) os::read_ahead(fd_.get(), index_[i].offset, index_[i].length);
  }

  [[nodiscard]] bool damaged() const noexcept override { return damaged_; }

 private:
  // Or has been replaced by a new one.
  [[nodiscard]] bool is_still_there() const noexcept {
    const auto ours = os::examine(fd_.get());
    const auto there = os::examine(path_);
    return ours && there && ours->is_same_as(*there);
  }

  [[nodiscard]] bool unpack(Workshop& workshop, std::uint64_t first, std::uint64_t end) const {
    workshop.owner = 0;
    auto* into = workshop.frames.data();
    for (auto i = first; i < end; ++i, into += kFrame) {
      const auto size = std::min(kFrame, memory_bytes_ - i * kFrame);
      const auto& entry = index_[i];
      if (entry.length == 0) {
        std::memset(into, 0, size);
      } else if (!read_whole(fd_.get(), workshop.packed.data(), entry.length, entry.offset) ||
                 ZSTD_decompressDCtx(workshop.context, into, size, workshop.packed.data(),
                                     entry.length) != size) {
        damaged_ = true;
        if (!read_whole(memory_.get(), into, size, i * kFrame)) return false;
      }
    }
    workshop.owner = number_;
    workshop.first = first;
    workshop.count = end - first;
    return true;
  }

  const std::uint64_t number_ = next_number();
  const std::filesystem::path path_;
  const UniqueFd fd_;
  const UniqueFd memory_;
  const std::uint64_t memory_bytes_;
  const std::vector<Entry> index_;
  mutable std::atomic<bool> damaged_{false};
};

} // namespace

std::unique_ptr<PageReader> open_compressed_copy(const std::filesystem::path& copy,
                                                 const std::filesystem::path& memory,
                                                 std::uint64_t memory_bytes,
                                                 const std::string& binding) {
  auto fd = os::open_no_link(copy);
  const auto info = os::examine(fd.get());
  Header header;
  if (!info || !info->is_regular || !read_whole(fd.get(), &header, sizeof header, 0))
    return nullptr;
  const auto frames = (memory_bytes + kFrame - 1) / kFrame;
  const std::string bound(header.binding.data(),
                          strnlen(header.binding.data(), header.binding.size()));
  if (header.magic != kMagic || header.memory_bytes != memory_bytes || header.frames != frames ||
      bound != binding)
    return nullptr;
  std::vector<Entry> index(frames);
  const auto bytes = index.size() * sizeof(Entry);
  if (!read_whole(fd.get(), index.data(), bytes, sizeof header) ||
      XXH3_64bits(index.data(), bytes) != header.digest)
    return nullptr;
  const auto size = info->bytes;
  const bool inside = std::all_of(index.begin(), index.end(), [&](const Entry& entry) {
    return entry.length <= ZSTD_compressBound(kFrame) && entry.offset <= size &&
           entry.length <= size - entry.offset;
  });
  if (!inside) return nullptr;
  return std::make_unique<CompressedReader>(copy, std::move(fd), os::open_no_link(memory),
                                            memory_bytes, std::move(index));
}

} // namespace dhg::memory
