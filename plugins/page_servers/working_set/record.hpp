#pragma once

#include "pages.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dhg_working_set {

using dhg_pages::PageIndex;

/// The pages that one run touched, in the order of first touch, without doubles.
using Trace = std::vector<PageIndex>;

/// What is known of a snapshot's runs. Newest last.
struct Record {
  static constexpr std::size_t kMaxWhole = 16;
  static constexpr std::size_t kMaxMissed = 4;
  static constexpr std::size_t kMaxPages = 3U << 20; ///< of all traces together

  std::vector<Trace> whole;  ///< of runs in which every page was served on demand
  std::vector<Trace> missed; ///< what runs with the set installed touched besides

  /// Adds a trace, and drops the oldest where there would be too many.
  static void add(std::vector<Trace>& to, Trace trace, std::size_t most);
};

[[nodiscard]] std::string encode(const Record& record);
/// Hostile: a record that is not whole, or names a page at or behind `pages`, or one
/// twice, is empty.
[[nodiscard]] Record decode(std::string_view text, std::uint64_t pages);

} // namespace dhg_working_set
