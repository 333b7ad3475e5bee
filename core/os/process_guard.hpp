#pragma once

#include <sys/types.h>

namespace dhg::os {

/// A small process that outlives this one, should that be killed or crash: it ends another
/// process then, and holds a descriptor open until it has. Ends with that other process.
class ProcessGuard {
 public:
  /// @param process a pidfd. Both are borrowed, and may be closed afterwards.
  /// @throws Error
  ProcessGuard(int process, int held);
  /// Leaves it on guard if the other lives: only when this process is about to end, for
  /// nobody takes note of its end then.
  ~ProcessGuard() = default;
  /// Waits for its end, once the other has ended.
  void join() noexcept;
  ProcessGuard(const ProcessGuard&) = delete;
  ProcessGuard& operator=(const ProcessGuard&) = delete;

 private:
  pid_t pid_ = -1;
};

} // namespace dhg::os
