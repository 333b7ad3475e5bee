#pragma once

#include "dhg/memory.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace dhg_pages {

using PageIndex = std::uint32_t; ///< offset / kPageSize; enough for 16 TiB

[[nodiscard]] constexpr std::uint64_t offset_of(PageIndex page) { return page * dhg::kPageSize; }
[[nodiscard]] constexpr PageIndex page_of(std::uint64_t offset) {
  return static_cast<PageIndex>(offset / dhg::kPageSize);
}

/// Installs what of `range` is guest memory: parts of regions are installed, gaps
/// between them left out. @return false if the run cannot go on
inline bool install_clipped(dhg::GuestMemory& memory, dhg::ByteRange range) {
  for (const auto& region : memory.regions()) {
    const auto part = intersect(range, region);
    if (part.length != 0 && !memory.install(part)) return false;
  }
  return true;
}

/// The ranges that `pages` (sorted, without doubles) make, a gap of at most `gap`
/// pages filled in, none longer than `longest` pages.
[[nodiscard]] inline std::vector<dhg::ByteRange> coalesce(std::span<const PageIndex> pages,
                                                          std::uint64_t gap,
                                                          std::uint64_t longest) {
  std::vector<dhg::ByteRange> ranges;
  for (const auto page : pages) {
    const auto offset = offset_of(page);
    if (!ranges.empty() && offset - ranges.back().end() <= gap * dhg::kPageSize &&
        offset + dhg::kPageSize - ranges.back().offset <= longest * dhg::kPageSize) {
      ranges.back().length = offset + dhg::kPageSize - ranges.back().offset;
    } else {
      ranges.push_back({offset, dhg::kPageSize});
    }
  }
  return ranges;
}

/// The hole of the file that contains `offset`; of length 0 if there is data there.
[[nodiscard]] inline dhg::ByteRange hole_around(const dhg::PageSource& source,
                                                std::uint64_t offset) {
  const auto extents = source.data_extents();
  const auto behind =
      std::upper_bound(extents.begin(), extents.end(), offset,
                       [](std::uint64_t at, const dhg::ByteRange& e) { return at < e.end(); });
  const auto begin = behind == extents.begin() ? 0 : std::prev(behind)->end();
  const auto end = behind == extents.end() ? source.size() : behind->offset;
  return end > offset ? dhg::ByteRange{begin, end - begin} : dhg::ByteRange{offset, 0};
}

} // namespace dhg_pages
