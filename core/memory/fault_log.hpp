#pragma once

#include "dhg/page_server.hpp"
#include "memory/managed_memory.hpp"
#include "timing/timeline.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace dhg::memory {

/// What a page server did, event by event, for `--trace`. Written by the thread of
/// the fault loop; to be read when that has ended.
class FaultLog {
 public:
  enum class Kind {
    fault,      ///< a page that the guest waited for
    background, ///< a step of work that nobody waited for
  };

  struct Event {
    Kind kind = Kind::fault;
    PageFault page; ///< of a fault
    timing::Clock::time_point begin;
    timing::Clock::time_point end;
    std::uint64_t copied_bytes = 0;
    std::uint64_t zeroed_bytes = 0;
  };

  /// @param most so many events are kept, the first ones; the others are counted
  explicit FaultLog(std::size_t most) : most_(most) {}

  [[nodiscard]] std::span<const Event> events() const noexcept { return events_; }
  [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }

  /// Logs what happens to `memory` while it lives. Without a log, it does nothing.
  class Scope {
   public:
    Scope(FaultLog* log, const ManagedMemory& memory, Kind kind, const PageFault& page) noexcept
        : log_(log), memory_(memory) {
      if (log_ != nullptr) begin(kind, page);
    }
    ~Scope() {
      if (log_ != nullptr) end();
    }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    void begin(Kind kind, const PageFault& page) noexcept;
    void end() noexcept;

    FaultLog* log_;
    const ManagedMemory& memory_;
    Event event_;
  };

 private:
  void add(const Event& event) noexcept;

  const std::size_t most_;
  std::vector<Event> events_;
  std::uint64_t dropped_ = 0;
};

} // namespace dhg::memory
