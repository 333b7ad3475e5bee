#pragma once

#include "memory/handshake.hpp"
#include "memory/page_bitmap.hpp"
#include "memory/page_source.hpp"
#include "os/event_fd.hpp"
#include "os/userfaultfd.hpp"
#include "os/writer_first_mutex.hpp"

#include <sys/types.h>
#include <atomic>
#include <chrono>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace dhg::memory {

/// A fault as it was read.
struct ReadFault {
  PageFault page;
  pid_t thread = 0; ///< that raised it; 0 where the VMM did not ask for it to be told
};

/// A fault that was served, for a recording of a run.
struct ServedFault {
  PageFault page;
  std::chrono::steady_clock::time_point at; ///< when it had been
};

/// What was done to a guest's memory so far.
struct MemoryStats {
  std::uint64_t faults = 0;        ///< served
  std::uint64_t copied_bytes = 0;  ///< from the file
  std::uint64_t zeroed_bytes = 0;  ///< mapped to the zero page
  std::uint64_t removed_bytes = 0; ///< given back by the guest
};

class FaultLog;

/// The memory of a restored guest behind a userfaultfd. The only place that knows
/// the kernel's rules for it:
///  - while an event is unread, every ioctl answers EAGAIN: read it, try again;
///  - reading prefers faults to events, so a fault can be read before the REMOVE
///    that caused it: what a REMOVE covers is zero from then on;
///  - a copy decided before a REMOVE and carried out after it would bring old data
///    back: installing (shared) and taking note of events (exclusive) exclude each
///    other;
///  - EEXIST is no error, but whoever waits for that page has to be woken;
///  - the guest's thread takes pages away only after its REMOVE was read: a page
///    found there in between (EEXIST) is gone a moment later, and only the next
///    fault tells;
///  - what the VMM has mapped something else over (ENOENT) is not ours any more: it
///    counts as removed, and whoever waited there is woken to look again.
/// Whoever meets an unread event reads all messages, faults too, and the kernel wakes
/// nobody for them again: see fault_waits() and news().
/// Sources: userfaultfd(2), ioctl_userfaultfd(2), fs/userfaultfd.c.
class ManagedMemory final : public GuestMemory {
 public:
  /// @param server the page server's name, for messages
  /// @param news is set each time that a fault may have been read by whoever installs, or
  ///   that the run ended: what a page server's own threads do shows nowhere else. Borrowed
  /// @param log what is served is written there too; may be null, and is borrowed
  ManagedMemory(const FilePageSource& source, Handoff handoff, std::string server,
                os::EventFd& news, FaultLog* log = nullptr);

  /// Why the memory that was handed over cannot be filled; empty if it can.
  [[nodiscard]] std::string why_not_fillable() const;

  [[nodiscard]] std::span<const ByteRange> regions() const noexcept override { return regions_; }
  [[nodiscard]] const PageSource& source() const noexcept override { return source_; }
  [[nodiscard]] bool installed(std::uint64_t offset) const noexcept override;
  [[nodiscard]] bool install(ByteRange range) noexcept override;

  /// Reads pending messages: notes what was removed, keeps the faults for
  /// take_fault(). @return false if the run cannot go on.
  [[nodiscard]] bool read_messages() noexcept;
  /// The next fault that was read. @return false if there is none.
  [[nodiscard]] bool take_fault(ReadFault& fault) noexcept;
  /// Whether there is one. Who serves faults must not sleep then.
  [[nodiscard]] bool fault_waits() noexcept;
  /// Readable, anew each time: see the constructor.
  [[nodiscard]] int news() const noexcept { return news_.fd(); }
  /// Serves a fault through `server` and checks that it did.
  /// @return false if the run cannot go on.
  [[nodiscard]] bool serve(PageServer& server, const PageFault& fault);
  /// One step of the page server's background work. @return whether there is more
  [[nodiscard]] bool work_ahead(PageServer& server);

  /// Installs nothing any more, and waits for whoever is at it. Thread-safe.
  void close() noexcept;
  /// Ends the run: the first reason counts. Thread-safe.
  void fail(const std::string& reason) noexcept;
  /// Whether there is nothing more to serve: something failed, or the VMM is gone.
  [[nodiscard]] bool ended() const noexcept { return ended_.load(std::memory_order_acquire); }
  /// Empty as long as nothing failed.
  [[nodiscard]] std::string failure() const;
  [[nodiscard]] int userfaultfd() const noexcept { return handoff_.userfaultfd.get(); }
  [[nodiscard]] MemoryStats stats() const noexcept;
  /// Keep each fault from now on. Before the first one.
  void record_faults() { recording_.emplace(); }
  /// When serving is over.
  [[nodiscard]] std::vector<ServedFault> served_faults() const {
    return recording_.value_or(std::vector<ServedFault>{});
  }

 private:
  struct Piece {
    std::uint64_t end;
    bool zero;
  };
  // Of one call of install().
  struct Progress {
    std::uint64_t offset; ///< of the next page
    std::uint64_t end;
    std::uint64_t longest; ///< for one ioctl
    std::optional<std::chrono::steady_clock::time_point> refused_since;
  };

  [[nodiscard]] const HostRegion* region_of(ByteRange range) const noexcept;
  [[nodiscard]] Piece next_piece(std::uint64_t offset, std::uint64_t end) const;
  [[nodiscard]] bool install_next(const HostRegion& region, Progress& progress);
  [[nodiscard]] os::uffd::Result fill(std::uint64_t address, ByteRange& range,
                                      const std::byte* from, std::uint64_t removals);
  void note_absent(const HostRegion& region, Progress& progress, std::uint64_t length) noexcept;
  [[nodiscard]] bool fail_to_read(std::uint64_t offset) noexcept;
  void account(ByteRange range, bool zero) noexcept;
  [[nodiscard]] bool make_way(Progress& progress) noexcept;
  [[nodiscard]] bool note(const uffd_msg& message) noexcept;
  void note_removed(std::uint64_t start, std::uint64_t end) noexcept;
  [[nodiscard]] bool note_fault(const uffd_msg& message) noexcept;

  const FilePageSource& source_;
  const Handoff handoff_;
  const std::string server_;
  os::EventFd& news_;
  FaultLog* const log_;
  std::vector<ByteRange> regions_;
  std::span<const ByteRange> extents_;
  PageBitmap installed_;
  PageBitmap removed_;
  os::WriterFirstMutex gate_; // see the class comment
  std::atomic<std::uint64_t> removals_{0};
  std::mutex faults_mutex_;
  std::deque<ReadFault> faults_;
  std::optional<std::vector<ServedFault>> recording_;

  std::atomic<std::uint64_t> served_{0};
  std::atomic<std::uint64_t> copied_{0};
  std::atomic<std::uint64_t> zeroed_{0};
  std::atomic<std::uint64_t> taken_back_{0};

  std::atomic<int> installing_{0}; // calls of install()
  mutable std::mutex failure_mutex_;
  std::string failure_;
  std::atomic<bool> ended_{false};
};

} // namespace dhg::memory
