#include "memory/colocation.hpp"

#include <algorithm>
#include <chrono>

namespace dhg::memory {
namespace {

// Binding and letting go is four system calls and two moves: worth it for so many faults.
constexpr int kWorthwhile = 8;
constexpr int kNeededFirst = 2;
constexpr int kMostNeeded = 64;

} // namespace

Colocation::Colocation() : needed_in_a_row_(kNeededFirst) {}

void Colocation::set_timer(bool ticks) noexcept {
  // Faults come in bursts; after so long without one, the burst is over.
  constexpr std::chrono::milliseconds kBurstGap{3};
  if (ticks == ticking_) return;
  if (timer_.set(ticks ? kBurstGap : std::chrono::milliseconds(0))) ticking_ = ticks;
}

void Colocation::tick() noexcept {
  timer_.take();
  if (!fault_since_tick_) {
    release();
    needed_in_a_row_ = kNeededFirst;
  }
  fault_since_tick_ = false;
  if (!bound_ && needed_in_a_row_ == kNeededFirst) set_timer(false);
}

void Colocation::follow(pid_t thread) noexcept {
  fault_since_tick_ = true;
  if (bound_ && bound_->thread == thread) {
    ++bound_->faults;
    return;
  }
  if (bound_) {
    needed_in_a_row_ =
        bound_->faults < kWorthwhile ? std::min(2 * needed_in_a_row_, kMostNeeded) : kNeededFirst;
    release();
  }
  in_a_row_ = thread == last_ ? in_a_row_ + 1 : 1;
  last_ = thread;
  if (thread != 0 && in_a_row_ >= needed_in_a_row_) bind(thread);
}

void Colocation::bind(pid_t thread) noexcept {
  // Where the scheduler put us: it knows which processor has time.
  const auto here = os::current_processor();
  const auto its = os::processors_of(thread);
  const auto ours = os::processors_of(0);
  if (!here || !its || !ours || !os::confine(0, *here)) return;
  bound_ = Bound{thread, *its, *ours};
  if (!os::confine(thread, *here)) return release();
  set_timer(true);
}

void Colocation::release() noexcept {
  if (!bound_) return;
  // The other thread may have ended; then there is nothing to give back.
  os::confine(bound_->thread, bound_->its_processors);
  os::confine(0, bound_->our_processors);
  bound_.reset();
}

} // namespace dhg::memory
