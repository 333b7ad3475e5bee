#pragma once

#include "os/processors.hpp"
#include "os/ticker.hpp"

#include <optional>

namespace dhg::memory {

/// Keeps the thread that serves faults and the thread that raises them on one
/// processor for as long as faults come. A fault is then two context switches on
/// that processor; across processors it is two wake-ups of an idle one, which on
/// a virtual host costs ten times as much (docs/performance.md). Used by the
/// thread that serves. Where the kernel refuses, nothing changes but the speed.
class Colocation {
 public:
  /// @throws Error if there is no timer to be had.
  Colocation();
  /// Gives both threads back the processors that they had.
  ~Colocation() { release(); }
  Colocation(const Colocation&) = delete;
  Colocation& operator=(const Colocation&) = delete;

  /// `thread` (0: not known) raised a fault. The second in a row binds it; where several
  /// threads fault in turns, so that it is soon let go again, it takes more and more.
  void follow(pid_t thread) noexcept;
  /// No faults come any more.
  void release() noexcept;
  [[nodiscard]] bool active() const noexcept { return bound_.has_value(); }

  /// Expires every few milliseconds while threads are bound; each time is for tick().
  /// A timer for all and not a limit to each wait: setting that and taking it back is
  /// two exits to the hypervisor in each fault.
  [[nodiscard]] int timer() const noexcept { return timer_.fd(); }
  /// Releases, if there was no fault since the last time.
  void tick() noexcept;

 private:
  struct Bound {
    pid_t thread;
    os::Processors its_processors;
    os::Processors our_processors;
    int faults = 1; // since then
  };
  void set_timer(bool ticks) noexcept;
  void bind(pid_t thread) noexcept;

  os::Ticker timer_;
  bool ticking_ = false;
  bool fault_since_tick_ = false;
  pid_t last_ = 0;
  int in_a_row_ = 0;
  int needed_in_a_row_;
  std::optional<Bound> bound_;
};

} // namespace dhg::memory
