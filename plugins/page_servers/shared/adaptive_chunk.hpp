#pragma once

#include "pages.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace dhg_pages {

/// How much to install around a fault. A fault beside what was installed for one of
/// the last ones continues a stretch, and gets four times as much as that one, up to
/// 2 MiB; any other gets one page. A hole costs no copy, so there it is 2 MiB at once.
class AdaptiveChunk {
 public:
  static constexpr std::uint64_t kLargest = 2UL * 1024 * 1024;

  /// @return an aligned power of two around the fault, or the part of it that is a hole
  ///   if the fault is in one
  [[nodiscard]] dhg::ByteRange around(const dhg::PageSource& source, std::uint64_t offset) {
    if (const auto hole = hole_around(source, offset); hole.length != 0)
      return intersect(aligned(offset, kLargest), hole);
    for (auto& stretch : stretches_) {
      if (!continues(stretch, offset)) continue;
      stretch = aligned(offset, std::min(stretch.length * 4, kLargest));
      return stretch;
    }
    auto& oldest = stretches_[next_++ % stretches_.size()];
    oldest = aligned(offset, dhg::kPageSize);
    return oldest;
  }

 private:
  static dhg::ByteRange aligned(std::uint64_t offset, std::uint64_t length) {
    return {offset / length * length, length};
  }
  static bool continues(dhg::ByteRange stretch, std::uint64_t offset) {
    const auto before = std::min(stretch.offset, stretch.length);
    return dhg::ByteRange{stretch.offset - before, before + 2 * stretch.length}.contains(offset);
  }

  std::array<dhg::ByteRange, 16> stretches_{}; // of length 0: not used yet
  std::size_t next_ = 0;
};

} // namespace dhg_pages
