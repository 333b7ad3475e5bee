#pragma once

#include "calls/supervisor.hpp"
#include "dhg/page_server.hpp"
#include "memory/call_watch.hpp"
#include "memory/managed_memory.hpp"
#include "memory/stage.hpp"
#include "os/event_fd.hpp"
#include "timing/timeline.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace dhg::memory {

/// Who started the VMM. One of somebody else is killed only if it has sent a
/// descriptor: until then it may be anything.
enum class VmmOwner { us, somebody_else };

/// What a page server that learns had to say after a run.
struct Lesson {
  std::vector<Figure> figures;
  std::string problem;
};

/// Brings one guest's memory back: a thread of its own runs the page server's
/// preload while the VMM starts, takes the handoff, lets the page server attach,
/// and then serves faults: see Stage. Whatever goes wrong there kills the VMM at once, for
/// a guest whose memory cannot be served must not go on.
class MemorySession {
 public:
  /// All but the page server are borrowed and outlive the session.
  /// @param server goes with the session, and before the guest's memory does
  /// @param name the page server's
  /// @param supervisor leaves the process when a call outlives the VM: the page server's
  ///   thread still uses all that was lent to the session
  /// @param notes for one that learns; may be null
  /// @param log what was served, to be read when the session is gone; may be null
  MemorySession(const FilePageSource& source, std::shared_ptr<PageServer> server, std::string name,
                timing::Timeline& timeline, calls::Supervisor& supervisor, CallLimits limits = {},
                SnapshotNotes* notes = nullptr, FaultLog* log = nullptr);
  /// Stops serving. Only when the VMM is gone, or the guest would wait for ever.
  ~MemorySession();
  MemorySession(const MemorySession&) = delete;
  MemorySession& operator=(const MemorySession&) = delete;

  /// The VMM was started. `handoff` is where its handshake arrives (empty if none
  /// does, with a private mapping); `vmm` is its pidfd, borrowed.
  void vmm_started(UniqueFd handoff, int vmm, Deadline deadline, VmmOwner owner = VmmOwner::us);
  /// Nothing is installed any more, also not by the page server's own threads: whoever asks is
  /// told so. The VMM must be about to end. The source may be let go of.
  void close_memory();
  /// Ends the VMM for `reason`, and stops serving.
  void end_vmm(const std::string& reason);
  /// What the session's thread is at. It fails from any stage: see failure().
  [[nodiscard]] Stage stage() const noexcept { return stage_; }
  /// Readable once the page server has attached and the guest may run, or once it
  /// never will: see failure().
  [[nodiscard]] int attached_fd() const noexcept { return attached_.fd(); }
  /// Why the guest's memory cannot be served; empty if it can.
  [[nodiscard]] std::string failure() const;
  /// Whether that is only because the VMM ended, which can tell more itself.
  [[nodiscard]] bool vmm_is_to_blame() const;
  [[nodiscard]] MemoryStats stats() const;
  /// Stops serving, as the destructor does, and lets a page server that learns do so.
  /// @return its figures, and why it could not keep what it learnt; may be empty
  [[nodiscard]] Lesson finish();
  /// Keep each fault for served_faults(). Before vmm_started().
  void record_faults() noexcept { record_faults_ = true; }
  /// After finish(): the faults in the order in which they were served.
  [[nodiscard]] std::vector<ServedFault> served_faults() const;

  /// Readable once the guest's memory was handed over; never with a private mapping.
  [[nodiscard]] int handed_over_fd() const noexcept { return handed_over_.fd(); }
  /// Readable once nothing is served any more: it failed, or the VMM ended.
  [[nodiscard]] int done_fd() const noexcept { return done_.fd(); }
  /// Whether the VMM has sent a descriptor, good or bad.
  [[nodiscard]] bool anything_came() const noexcept { return anything_came_; }
  /// Whether the VMM lives on although its memory cannot be served: it may not be killed.
  [[nodiscard]] bool vmm_survives() const noexcept { return vmm_survives_; }
  /// The guest's, once it was handed over. Borrowed.
  [[nodiscard]] int userfaultfd() const;

 private:
  struct VmmLink {
    UniqueFd handoff;
    int vmm; // ours, below
    Deadline deadline;
  };

  void thread_main();
  void live();
  /// The only place where the stage changes, and where that is told.
  void enter(Stage stage);
  void prepare();
  [[nodiscard]] std::optional<VmmLink> await_vmm();
  [[nodiscard]] Handoff receive(const VmmLink& link);
  [[nodiscard]] ManagedMemory& take_over(Handoff handoff);
  void attach(ManagedMemory& memory);
  template <class Function>
  void ask_server(CallWatch::Call call, Function function);
  [[nodiscard]] std::uint64_t progress() const;
  void stop_serving();
  void leave_if_stuck();
  void fail(const std::string& reason, bool vmm_is_to_blame = false);
  void kill_vmm();

  const FilePageSource& source_;
  std::shared_ptr<PageServer> server_;
  const std::string name_;
  const char* const callee_;
  timing::Timeline& timeline_;
  FaultLog* const log_;
  calls::Supervisor& supervisor_;
  const CallLimits limits_;
  SnapshotNotes* const notes_;
  LearningPageServer* const learner_; // the page server, if it is one
  std::atomic<bool> record_faults_{false};
  std::atomic<Stage> stage_{Stage::preparing}; // set by the thread

  os::EventFd stop_;
  os::EventFd started_;
  os::EventFd attached_;
  os::EventFd handed_over_;
  os::EventFd done_;
  os::EventFd news_;         // of memory_
  mutable std::mutex mutex_; // guards the six below
  UniqueFd vmm_;
  std::optional<VmmLink> link_;
  std::unique_ptr<ManagedMemory> memory_;
  std::string failure_;
  bool vmm_is_to_blame_ = false;
  VmmOwner owner_ = VmmOwner::us;

  std::atomic<bool> anything_came_{false};
  std::atomic<bool> vmm_survives_{false};
  std::vector<UniqueFd> refused_; // what came with a bad handshake; the thread's own

  CallWatch watch_;    // uses the above
  std::thread thread_; // last: uses all of the above
};

} // namespace dhg::memory
