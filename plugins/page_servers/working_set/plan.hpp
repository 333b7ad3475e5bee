#pragma once

#include "record.hpp"

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace dhg_working_set {

/// How a set is made of a record.
struct PlanOptions {
  std::uint64_t share = 75; ///< percent of the whole runs that must have touched a page
  std::uint64_t gap = 0;    ///< bytes that are copied along between two pages of the set
};

struct Free {
  void operator()(void* p) const noexcept { std::free(p); }
};
/// A number for each page, 0 at first. What of it is never written takes no memory,
/// whatever the guest's size.
template <class T>
using PerPage = std::unique_ptr<T[], Free>;

/// What to install before anything asks for it, and what is likely to be asked for
/// after a given page.
class Plan {
 public:
  /// @param pages of the memory file
  Plan(const Record& record, std::uint64_t pages, const PlanOptions& options);

  /// In the order in which the first page of each was touched.
  [[nodiscard]] std::span<const dhg::ByteRange> ranges() const noexcept { return ranges_; }
  [[nodiscard]] std::uint64_t set_pages() const noexcept { return set_.size(); }
  [[nodiscard]] bool in_set(PageIndex page) const noexcept;

  /// Where `page` lies in what is followed, if it does.
  [[nodiscard]] std::optional<std::size_t> find(PageIndex page) const noexcept;
  /// At most `count` pages from `at` on, as they followed each other in one run.
  [[nodiscard]] std::span<const PageIndex> follow(std::size_t at, std::size_t count) const noexcept;

 private:
  void make_set(const Record& record, std::uint64_t pages, const PlanOptions& options);
  void make_followed(const Record& record, std::uint64_t pages);

  std::vector<PageIndex> set_; // sorted
  std::vector<dhg::ByteRange> ranges_;
  std::vector<PageIndex> followed_; // one run's pages after the other's
  std::vector<std::size_t> run_ends_;
  std::uint64_t pages_;
  PerPage<std::uint32_t> places_; // its place in followed_ plus one, or 0
};

} // namespace dhg_working_set
