#pragma once

#include "dhg/memory.hpp"
#include "dhg/plugin.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dhg {

/// How guest memory is backed while the VM runs.
enum class MemoryBacking {
  userfaultfd,     ///< missing pages come from this page server
  private_mapping, ///< the kernel maps the file copy-on-write; no page server at work
};

/// A guest's access to a page that is not there yet. The guest waits.
struct PageFault {
  std::uint64_t offset = 0; ///< of the page in the memory file, page-aligned
  bool write = false;       ///< whether the access was a write
};

/// Decides which pages of a restored guest are installed, and when.
///
/// The calls come from one thread, in this order: preload, attach, then on_fault
/// and on_idle for as long as the VM lives. An exception from any of them ends
/// the run with this plugin's name and the exception's text, and so does a call that
/// neither returns nor installs anything for 10 s while the guest runs (the setting
/// page_server.patience changes that), or 120 s before.
class DHG_API PageServer : public Plugin {
 public:
  ~PageServer() override;

  [[nodiscard]] virtual MemoryBacking backing() const noexcept {
    return MemoryBacking::userfaultfd;
  }

  /// Runs while the VMM starts. As it comes, asks for all data to be read ahead.
  virtual void preload(const PageSource& source);

  /// The guest's memory is there, its processor does not run yet and waits for
  /// this call. Not called with a private mapping.
  virtual void attach(GuestMemory& memory);

  /// Must have installed the page at `fault.offset` when it returns, and may
  /// have installed more. The core checks.
  virtual void on_fault(GuestMemory& memory, const PageFault& fault) = 0;

  /// No fault waits: one step of background work, of at most about a
  /// millisecond, for a fault that arrives meanwhile waits for it.
  /// @return whether there is more to do. After false it is asked again only
  ///   when another fault was served.
  virtual bool on_idle(GuestMemory& memory);
};

/// A small file that a page server keeps beside the snapshot which is restored: what
/// it learnt from earlier runs. There is one for each page server and snapshot, bound
/// to the snapshot's contents; a new snapshot begins without. Not thread-safe.
class DHG_API SnapshotNotes {
 public:
  static constexpr std::uint64_t kMaxBytes = 16UL * 1024 * 1024;

  SnapshotNotes() = default;
  SnapshotNotes(const SnapshotNotes&) = delete;
  SnapshotNotes& operator=(const SnapshotNotes&) = delete;
  virtual ~SnapshotNotes();

  /// What was kept last, whole; empty if there is nothing for this snapshot. It is
  /// what some process of this user wrote: check it before you trust it.
  [[nodiscard]] virtual std::string load() const = 0;
  /// Replaces what was kept, in one step: runs at the same time read the old or the
  /// new, and of two that keep, the later one wins.
  /// @param contents at most kMaxBytes
  /// @throws Error where it cannot be written; what was there stays
  virtual void keep(std::string_view contents) = 0;
};

/// What a page server tells of a run, for `--verbose` and `--json`.
struct Figure {
  std::string name; ///< lower-case letters, digits, '_'
  double value = 0;
};

/// A page server that learns from runs. Since ABI 1.1; the core asks each page server
/// whether it is one. Where there is no snapshot to keep notes for, recall() and
/// learn() are not called.
class DHG_API LearningPageServer : public PageServer {
 public:
  ~LearningPageServer() override;

  /// Before preload(), on the same thread, while the VMM starts.
  virtual void recall(const SnapshotNotes& notes) = 0;
  /// After the run, once the guest is gone and no other call will come, if nothing
  /// failed in its memory. The user waits for it.
  virtual void learn(SnapshotNotes& notes) = 0;
  /// Asked last.
  [[nodiscard]] virtual std::vector<Figure> figures() const = 0;
};

} // namespace dhg
