#include "timing/timeline.hpp"

#include <algorithm>

namespace dhg::timing {

const char* to_string(Track track) noexcept {
  switch (track) {
    case Track::host:
      return "host";
    case Track::memory:
      return "memory";
    case Track::vmm:
      return "vmm";
    case Track::guest:
      return "guest";
  }
  return "host";
}

void Timeline::Running::end() {
  if (timeline_ == nullptr) return;
  timeline_->add({std::move(name_), begin_, Clock::now(), track_});
  timeline_ = nullptr;
}

void Timeline::add(Span span) {
  const std::lock_guard lock(mutex_);
  spans_.push_back(std::move(span));
}

std::vector<Span> Timeline::spans() const {
  const std::lock_guard lock(mutex_);
  auto sorted = spans_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Span& a, const Span& b) { return a.begin < b.begin; });
  return sorted;
}

} // namespace dhg::timing
