#include "memory/colocation.hpp"

#include "dhg/error.hpp"

#include <sys/timerfd.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstdint>

namespace dhg::memory {
namespace {

// Binding and letting go is four system calls and two moves: worth it for so many faults.
constexpr int kWorthwhile = 8;
constexpr int kNeededFirst = 2;
constexpr int kMostNeeded = 64;

} // namespace

Colocation::Colocation()
    : timer_(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)),
      needed_in_a_row_(kNeededFirst) {
  if (!timer_) throw system_error(errno, "cannot create a timer");
}

void Colocation::set_timer(bool ticks) noexcept {
  // Faults come in bursts; after so long without one, the burst is over.
  constexpr long kBurstGapNanoseconds = 3'000'000;
  if (ticks == ticking_) return;
  const timespec gap{0, ticks ? kBurstGapNanoseconds : 0};
  const itimerspec every{gap, gap};
  if (timerfd_settime(timer_.get(), 0, &every, nullptr) == 0) ticking_ = ticks;
}

void Colocation::tick() noexcept {
  std::uint64_t expirations = 0;
  (void)!read(timer_.get(), &expirations, sizeof expirations);
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
  const int here = sched_getcpu();
  if (here < 0) return;
  Bound bound{thread, {}, {}};
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(static_cast<unsigned>(here), &one);
  if (sched_getaffinity(thread, sizeof(cpu_set_t), &bound.its_processors) != 0 ||
      sched_getaffinity(0, sizeof(cpu_set_t), &bound.our_processors) != 0 ||
      sched_setaffinity(0, sizeof one, &one) != 0)
    return;
  bound_ = bound;
  if (sched_setaffinity(thread, sizeof one, &one) != 0) return release();
  set_timer(true);
}

void Colocation::release() noexcept {
  if (!bound_) return;
  // The other thread may have ended; then there is nothing to give back.
  sched_setaffinity(bound_->thread, sizeof(cpu_set_t), &bound_->its_processors);
  sched_setaffinity(0, sizeof(cpu_set_t), &bound_->our_processors);
  bound_.reset();
}

} // namespace dhg::memory
