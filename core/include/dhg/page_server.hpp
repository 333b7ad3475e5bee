#pragma once

#include "dhg/memory.hpp"
#include "dhg/plugin.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dhg {

/// How guest memory is backed while the VM runs.
enum class MemoryBacking {
  userfaultfd,     ///< the page server provides missing pages
  private_mapping, ///< the kernel maps the file copy-on-write; the page server is not called
};

/// An access of the guest to a page that is not installed. The guest waits for the page.
struct PageFault {
  std::uint64_t offset = 0; ///< offset of the page in the memory file, page-aligned
  bool write = false;       ///< whether the access was a write
};

/// Decides which pages of a restored guest are installed, and when.
///
/// One thread calls preload, then attach, then on_fault and on_idle for as long as the VM
/// lives. The constructor runs on the main thread; backing() may be called from either
/// thread. An exception from any of these calls ends the run; the error names the plugin
/// and has the exception's text. A call also ends the run if it neither returns nor
/// installs anything for 10 s while the guest runs (the setting page_server.patience
/// changes this), or for 120 s before the guest runs. The constructor has 30 s.
///
/// The object is destroyed on the main thread, after the guest has ended and the other calls
/// have returned, and before the GuestMemory: the destructor joins the threads that the page
/// server has started. It has as long as learn() and figures(): page_server.patience.
class DHG_API PageServer : public Plugin {
 public:
  ~PageServer() override;

  /// How guest memory is backed. Must always return the same value.
  [[nodiscard]] virtual MemoryBacking backing() const noexcept {
    return MemoryBacking::userfaultfd;
  }

  /// Called while the VMM starts. The default implementation asks the kernel to read all
  /// data ahead.
  virtual void preload(const PageSource& source);

  /// Called once guest memory is mapped and before any vCPU runs; the guest starts when
  /// this returns. Not called with a private mapping.
  virtual void attach(GuestMemory& memory);

  /// Called for each fault. Must install the page at `fault.offset` before it returns, and
  /// may install more. The core checks this.
  virtual void on_fault(GuestMemory& memory, const PageFault& fault) = 0;

  /// Called when no fault is pending. Do one step of background work and return within
  /// about 1 ms: a fault that arrives meanwhile has to wait.
  /// @return whether there is more to do. After false, on_idle is called again only once
  ///   another fault has been served.
  virtual bool on_idle(GuestMemory& memory);
};

/// A small file beside the restored snapshot, or in the folder that the setting
/// page_server.notes names, in which a page server keeps what it has
/// learnt from earlier runs. Each pair of page server and snapshot has its own. It is bound
/// to the snapshot's contents: a new snapshot starts without notes. Not thread-safe.
class DHG_API SnapshotNotes {
 public:
  static constexpr std::uint64_t kMaxBytes = 16UL * 1024 * 1024;

  SnapshotNotes() = default;
  SnapshotNotes(const SnapshotNotes&) = delete;
  SnapshotNotes& operator=(const SnapshotNotes&) = delete;
  virtual ~SnapshotNotes();

  /// The contents of the last keep(), complete; empty if there are no notes for this
  /// snapshot. Any process of this user may have written the file: check the contents
  /// before you trust them.
  [[nodiscard]] virtual std::string load() const = 0;
  /// Replaces the notes atomically: concurrent runs read either the old or the new notes,
  /// and the last of several writers wins. Keeps nothing if notes that load() returned have
  /// been forgotten since (`dhg vm forget`): what the run learnt builds on them.
  /// @param contents at most kMaxBytes
  /// @throws Error if the file cannot be written; the old notes then stay
  virtual void keep(std::string_view contents) = 0;
};

/// A number that a page server reports about a run, for `--verbose` and `--json`.
struct Figure {
  std::string name; ///< lower-case letters, digits, '_'
  double value = 0;
};

/// A page server that learns from runs. Since ABI 1.1; the core recognises one by its
/// type. If there is no snapshot to keep notes for, none of these functions is called.
/// recall() runs on the thread of preload(), learn() and figures() run on the main thread.
class DHG_API LearningPageServer : public PageServer {
 public:
  ~LearningPageServer() override;

  /// Called right before preload(), while the VMM starts.
  virtual void recall(const SnapshotNotes& notes) = 0;
  /// Called after the guest has ended, unless serving its memory failed. Only figures() is
  /// called after it. The user waits for it: be quick.
  virtual void learn(SnapshotNotes& notes) = 0;
  /// The last call.
  [[nodiscard]] virtual std::vector<Figure> figures() const = 0;
};

} // namespace dhg
