#pragma once

#include "dhg/memory.hpp"
#include "dhg/plugin.hpp"

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
/// neither returns nor installs anything for 10 s while the guest runs, or 120 s before.
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

} // namespace dhg
