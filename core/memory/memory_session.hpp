#pragma once

#include "dhg/page_server.hpp"
#include "memory/call_watch.hpp"
#include "memory/managed_memory.hpp"
#include "os/event_fd.hpp"
#include "timing/timeline.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace dhg::memory {

/// Brings one guest's memory back: a thread of its own runs the page server's
/// preload while the VMM starts, takes the handoff, lets the page server attach,
/// and then serves faults. Whatever goes wrong there kills the VMM at once, for a
/// guest whose memory cannot be served must not go on.
class MemorySession {
 public:
  /// What to do about a page server that never returns.
  struct Stuck {
    CallLimits limits;
    /// Leaves the process, with this as its last words: the page server's thread
    /// still uses all that was lent to the session. If it is empty or returns, the
    /// session ends the process itself.
    std::function<void(const std::string& reason)> leave;
  };

  /// All are borrowed and outlive the session. `name` is the page server's.
  MemorySession(const FilePageSource& source, PageServer& server, std::string name,
                timing::Timeline& timeline, Stuck stuck = {});
  /// Stops serving. Only when the VMM is gone, or the guest would wait for ever.
  ~MemorySession();
  MemorySession(const MemorySession&) = delete;
  MemorySession& operator=(const MemorySession&) = delete;

  /// The VMM was started. `handoff` is where its handshake arrives (empty if none
  /// does, with a private mapping); `vmm` is its pidfd, borrowed.
  void vmm_started(UniqueFd handoff, int vmm, Deadline deadline);
  /// Readable once the page server has attached and the guest may run, or once it
  /// never will: see failure().
  [[nodiscard]] int attached_fd() const noexcept { return attached_.fd(); }
  /// Why the guest's memory cannot be served; empty if it can.
  [[nodiscard]] std::string failure() const;
  /// Whether that is only because the VMM ended, which can tell more itself.
  [[nodiscard]] bool vmm_is_to_blame() const;
  [[nodiscard]] MemoryStats stats() const;

 private:
  struct VmmLink {
    UniqueFd handoff;
    int vmm; // ours, below
    Deadline deadline;
  };

  void thread_main();
  void serve(VmmLink link);
  [[nodiscard]] std::optional<VmmLink> await_vmm();
  template <class Function>
  void ask_server(CallWatch::Call call, Function function);
  [[nodiscard]] std::uint64_t progress() const;
  void leave_if_stuck();
  void fail(const std::string& reason, bool vmm_is_to_blame = false);
  void kill_vmm() const;

  const FilePageSource& source_;
  PageServer& server_;
  const std::string name_;
  timing::Timeline& timeline_;
  const Stuck stuck_;

  os::EventFd stop_;
  os::EventFd started_;
  os::EventFd attached_;
  os::EventFd done_;         // set by the thread when it ends
  mutable std::mutex mutex_; // guards the five below
  UniqueFd vmm_;
  std::optional<VmmLink> link_;
  std::unique_ptr<ManagedMemory> memory_;
  std::string failure_;
  bool vmm_is_to_blame_ = false;

  CallWatch watch_;    // uses the above
  std::thread thread_; // last: uses all of the above
};

} // namespace dhg::memory
