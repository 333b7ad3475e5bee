#include "memory/fault_log.hpp"

#include <new>

namespace dhg::memory {

void FaultLog::Scope::begin(Kind kind, const PageFault& page) noexcept {
  const auto stats = memory_.stats();
  event_.kind = kind;
  event_.page = page;
  event_.copied_bytes = stats.copied_bytes;
  event_.zeroed_bytes = stats.zeroed_bytes;
  event_.begin = timing::Clock::now();
}

void FaultLog::Scope::end() noexcept {
  event_.end = timing::Clock::now();
  const auto stats = memory_.stats();
  event_.copied_bytes = stats.copied_bytes - event_.copied_bytes;
  event_.zeroed_bytes = stats.zeroed_bytes - event_.zeroed_bytes;
  // The loop also asks a page server that has nothing to do in the background.
  if (event_.kind == Kind::background && event_.copied_bytes + event_.zeroed_bytes == 0) return;
  log_->add(event_);
}

void FaultLog::add(const Event& event) noexcept {
  if (events_.size() >= most_) {
    ++dropped_;
    return;
  }
  try {
    events_.push_back(event);
  } catch (const std::bad_alloc&) {
    ++dropped_;
  }
}

} // namespace dhg::memory
