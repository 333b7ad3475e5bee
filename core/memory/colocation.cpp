#include "memory/colocation.hpp"

namespace dhg::memory {

void Colocation::follow(pid_t thread) noexcept {
  if (bound_ && bound_->thread == thread) return;
  release();
  const bool again = thread != 0 && thread == last_;
  last_ = thread;
  if (!again) return;
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
  if (sched_setaffinity(thread, sizeof one, &one) != 0) release();
}

void Colocation::release() noexcept {
  if (!bound_) return;
  // The other thread may have ended; then there is nothing to give back.
  sched_setaffinity(bound_->thread, sizeof(cpu_set_t), &bound_->its_processors);
  sched_setaffinity(0, sizeof(cpu_set_t), &bound_->our_processors);
  bound_.reset();
}

} // namespace dhg::memory
