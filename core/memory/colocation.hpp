#pragma once

#include <sched.h>
#include <sys/types.h>
#include <optional>

namespace dhg::memory {

/// Keeps the thread that serves faults and the thread that raises them on one
/// processor for as long as faults come. A fault is then two context switches on
/// that processor; across processors it is two wake-ups of an idle one, which on
/// a virtual host costs ten times as much (docs/performance.md). Used by the
/// thread that serves. Where the kernel refuses, nothing changes but the speed.
class Colocation {
 public:
  Colocation() = default;
  /// Gives both threads back the processors that they had.
  ~Colocation() { release(); }
  Colocation(const Colocation&) = delete;
  Colocation& operator=(const Colocation&) = delete;

  /// `thread` (0: not known) raised a fault. The second in a row binds it.
  void follow(pid_t thread) noexcept;
  /// No faults come any more.
  void release() noexcept;
  [[nodiscard]] bool active() const noexcept { return bound_.has_value(); }

 private:
  struct Bound {
    pid_t thread;
    cpu_set_t its_processors;
    cpu_set_t our_processors;
  };
  pid_t last_ = 0;
  std::optional<Bound> bound_;
};

} // namespace dhg::memory
