#pragma once

#include <sys/types.h>

namespace dhg::run {

/// A small process that outlives a page server which is killed or crashes: it ends
/// the VMM then. It holds the guest's userfaultfd too, for with the last copy of it
/// the guest's missing pages turn into zeros. Ends with the VMM.
class VmmGuard {
 public:
  /// Both are borrowed, and may be closed afterwards.
  /// @throws Error
  VmmGuard(int vmm, int userfaultfd);
  /// Leaves it on guard if the VMM lives: only when this process is about to end, for
  /// nobody takes note of its end then.
  ~VmmGuard() = default;
  /// Waits for its end, once the VMM has ended.
  void join() noexcept;
  VmmGuard(const VmmGuard&) = delete;
  VmmGuard& operator=(const VmmGuard&) = delete;

 private:
  pid_t pid_ = -1;
};

} // namespace dhg::run
