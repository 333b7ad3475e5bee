#pragma once

#include "memory/memory_session.hpp"
#include "os/peer.hpp"
#include "os/process_guard.hpp"
#include "run/plugins.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

struct pollfd;

namespace dhg::run {

/// What became of one VMM that connected to a page server.
struct ServedVmReport {
  unsigned number = 0; ///< from 1 on, of those that handed memory over
  pid_t pid = 0;
  std::string page_server;
  /// It handed nothing over, and was left alone.
  bool turned_away = false;
  std::string error; ///< why it could not be served; empty if it ended by itself
  memory::MemoryStats memory;
  std::chrono::duration<double> seconds{};
};

/// One VMM that somebody else started, from before it connects to its end.
class ServedVm {
 public:
  /// The page server preloads at once. `source` and `supervisor` are borrowed.
  ServedVm(const memory::FilePageSource& source, ActivePlugin<PageServer> server,
           calls::Supervisor& supervisor, memory::CallLimits limits);

  /// Why there is nothing that could serve a VMM; empty if there is.
  [[nodiscard]] std::string failure() const { return session_.failure(); }
  /// The VMM is there. @throws Error if it is gone already.
  void connect(UniqueFd connection);
  /// Ends the VMM, if it has handed memory over and not ended by itself.
  void end(const std::string& reason);
  /// It is not needed: no VMM came. @return false if the page server does not return
  /// from preload; then this cannot be destroyed.
  [[nodiscard]] bool stop();
  /// Puts what it waits for into `fds`; lowers `until` if it does not wait for longer.
  void add_waits(std::vector<pollfd>& fds, Deadline& until) const;
  /// Takes note of what has happened. @return its report, once it is over
  [[nodiscard]] std::optional<ServedVmReport> advance();

  [[nodiscard]] bool handed_over() const noexcept { return guard_ != nullptr; }
  /// Whether the page server never returned: then this cannot be destroyed.
  [[nodiscard]] bool stuck() const noexcept { return stuck_; }
  /// Whether it failed and its VMM lives on, because it may not be killed.
  /// True once only, for it is worth saying once.
  [[nodiscard]] bool vmm_survives() noexcept {
    return session_.vmm_survives() && !gone_ && !std::exchange(survival_told_, true);
  }
  [[nodiscard]] pid_t pid() const noexcept { return peer_.pid; }
  [[nodiscard]] const timing::Timeline& timeline() const noexcept { return timeline_; }

 private:
  [[nodiscard]] ServedVmReport report();

  os::Peer peer_;
  const std::string page_server_;
  timing::Timeline timeline_;
  memory::MemorySession session_;
  std::unique_ptr<os::ProcessGuard> guard_;
  timing::Clock::time_point connected_;
  bool done_ = false;            // the session serves no more
  std::optional<Deadline> gone_; // the VMM has ended; until when the session may take
  bool stuck_ = false;
  bool survival_told_ = false;
};

} // namespace dhg::run
