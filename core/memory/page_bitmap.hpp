#pragma once

#include "dhg/memory.hpp"

#include <algorithm>
#include <atomic>
#include <vector>

namespace dhg::memory {

/// One bit a page of the memory file. Thread-safe, without order between pages.
class PageBitmap {
 public:
  explicit PageBitmap(std::uint64_t bytes) : words_(bytes / kPageSize / 64 + 1) {}

  [[nodiscard]] bool test(std::uint64_t offset) const noexcept {
    const auto page = offset / kPageSize;
    return (words_[page / 64].load(std::memory_order_acquire) >> (page % 64) & 1U) != 0;
  }
  void set(ByteRange range) noexcept {
    each_word(range, [this](std::size_t i, std::uint64_t mask) {
      words_[i].fetch_or(mask, std::memory_order_release);
    });
  }
  void clear(ByteRange range) noexcept {
    each_word(range, [this](std::size_t i, std::uint64_t mask) {
      words_[i].fetch_and(~mask, std::memory_order_release);
    });
  }
  /// The end of the run of pages from `offset` on that all are as that page is,
  /// at most `limit`.
  [[nodiscard]] std::uint64_t run_end(std::uint64_t offset, std::uint64_t limit) const noexcept {
    const bool value = test(offset);
    auto at = offset + kPageSize;
    while (at < limit) {
      const auto word = words_[at / kPageSize / 64].load(std::memory_order_acquire);
      const bool whole_word = at / kPageSize % 64 == 0 && limit - at >= 64 * kPageSize;
      if (whole_word && word == (value ? ~UINT64_C(0) : 0)) {
        at += 64 * kPageSize;
      } else if (test(at) == value) {
        at += kPageSize;
      } else {
        break;
      }
    }
    return at;
  }

 private:
  template <class Action>
  static void each_word(ByteRange range, Action action) noexcept {
    auto page = range.offset / kPageSize;
    const auto end = range.end() / kPageSize;
    while (page < end) {
      const auto first = page % 64;
      const auto count = std::min<std::uint64_t>(64 - first, end - page);
      const auto ones = count == 64 ? ~UINT64_C(0) : (UINT64_C(1) << count) - 1;
      action(page / 64, ones << first);
      page += count;
    }
  }

  std::vector<std::atomic<std::uint64_t>> words_;
};

} // namespace dhg::memory
