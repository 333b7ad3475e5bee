#pragma once

#include <string_view>

namespace dhg::memory {

/// Where a MemorySession is in its life. ARCHITECTURE.md has the same as a table.
enum class Stage {
  preparing, ///< the page server preloads; the VMM is being started meanwhile
  waiting,   ///< for vmm_started()
  receiving, ///< the VMM's handshake
  attaching, ///< the guest's memory is ours, and the page server attaches
  serving,   ///< the guest may run, and its faults are served
  mapped,    ///< the guest may run, and the VMM maps the snapshot: there is nothing to serve
  ended,     ///< nothing is served any more
};

/// "preparing" and so on.
[[nodiscard]] std::string_view to_string(Stage stage) noexcept;

/// Whether a session may go from one to the other.
[[nodiscard]] bool may_follow(Stage from, Stage to) noexcept;

} // namespace dhg::memory
