#include "plan.hpp"

#include <algorithm>
#include <new>

namespace dhg_working_set {
namespace {

using dhg::kPageSize;
using dhg_pages::coalesce;

// A waiting guest is woken at the end of a copy, so none may take long: 1 MiB.
constexpr std::uint64_t kLongestRange = 256;

template <class T>
PerPage<T> per_page(std::uint64_t pages) {
  PerPage<T> result(static_cast<T*>(std::calloc(pages, sizeof(T))));
  if (!result) throw std::bad_alloc();
  return result;
}

} // namespace

Plan::Plan(const Record& record, std::uint64_t pages, const PlanOptions& options) : pages_(pages) {
  if (record.whole.empty()) return;
  make_set(record, pages, options);
  make_followed(record, pages);
}

void Plan::make_set(const Record& record, std::uint64_t pages, const PlanOptions& options) {
  const auto counts = per_page<std::uint8_t>(pages);
  for (const auto& trace : record.whole)
    for (const auto page : trace) ++counts[page];
  const auto runs = record.whole.size();
  const auto needed = std::max<std::uint64_t>(1, (runs * options.share + 99) / 100);

  // First touched earliest, over all runs.
  struct Touched {
    std::size_t when;
    PageIndex page;
  };
  std::vector<Touched> touched;
  for (const auto& trace : record.whole) {
    for (std::size_t i = 0; i < trace.size(); ++i) {
      auto& count = counts[trace[i]];
      if (count < needed) continue;
      touched.push_back({i, trace[i]});
      count = 0; // taken
    }
  }
  for (const auto& [when, page] : touched) set_.push_back(page);
  std::sort(set_.begin(), set_.end());

  std::sort(touched.begin(), touched.end(),
            [](const auto& a, const auto& b) { return a.page < b.page; });
  struct Ordered {
    std::size_t when;
    dhg::ByteRange range;
  };
  std::vector<Ordered> ordered;
  auto at = touched.begin();
  for (const auto& range : coalesce(set_, options.gap / kPageSize, kLongestRange)) {
    std::size_t when = at->when;
    for (; at != touched.end() && range.contains(dhg_pages::offset_of(at->page)); ++at)
      when = std::min(when, at->when);
    ordered.push_back({when, range});
  }
  std::sort(ordered.begin(), ordered.end(),
            [](const auto& a, const auto& b) { return a.when < b.when; });
  for (const auto& [when, range] : ordered) ranges_.push_back(range);
}

// Newest runs first: of a page that several touched, the newest one's place counts.
void Plan::make_followed(const Record& record, std::uint64_t pages) {
  places_ = per_page<std::uint32_t>(pages);
  for (const auto* traces : {&record.missed, &record.whole}) {
    for (auto trace = traces->rbegin(); trace != traces->rend(); ++trace) {
      for (const auto page : *trace) {
        if (places_[page] != 0 || in_set(page)) continue;
        followed_.push_back(page);
        places_[page] = static_cast<std::uint32_t>(followed_.size());
      }
      run_ends_.push_back(followed_.size());
    }
  }
}

bool Plan::in_set(PageIndex page) const noexcept {
  return std::binary_search(set_.begin(), set_.end(), page);
}

std::optional<std::size_t> Plan::find(PageIndex page) const noexcept {
  if (!places_ || page >= pages_ || places_[page] == 0) return std::nullopt;
  return places_[page] - 1;
}

std::span<const PageIndex> Plan::follow(std::size_t at, std::size_t count) const noexcept {
  if (at >= followed_.size()) return {};
  const auto end = *std::upper_bound(run_ends_.begin(), run_ends_.end(), at);
  return std::span(followed_).subspan(at, std::min(count, end - at));
}

} // namespace dhg_working_set
