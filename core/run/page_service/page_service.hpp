#pragma once

#include "os/signals.hpp"
#include "os/unix_listener.hpp"
#include "run/page_service/served_vm.hpp"

#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>

namespace dhg::run {

/// What a page service is asked to do; all but the values borrowed.
struct PageServiceRequest {
  std::filesystem::path socket;
  std::filesystem::path memory;
  bool many = false; ///< more than one VMM, also at once
  std::optional<Deadline> deadline;
  os::SignalFd& signals;
  calls::Supervisor& supervisor;
  memory::CallLimits limits;
  /// Makes a page server; called once a VMM. It needs userfaultfd.
  std::function<ActivePlugin<PageServer>()> make_server;
  /// A VMM that was served has ended.
  std::function<void(const ServedVmReport&, const timing::Timeline&)> report;
  /// Something that a person may want to know.
  std::function<void(const std::string&)> note;
};

/// Serves guest memory to VMMs that other programs start and that speak Firecracker's
/// handshake: docs/page-server-command.md.
class PageService {
 public:
  /// Listens. @throws Error
  explicit PageService(PageServiceRequest request);
  ~PageService();
  PageService(const PageService&) = delete;
  PageService& operator=(const PageService&) = delete;

  struct End {
    bool timeout = false;
    int signal = 0;      ///< that ended it, or 0
    bool failed = false; ///< a VMM could not be served
    /// A page server never returned: leave the process without destroying this.
    bool stuck = false;
  };
  /// Serves until the VMM has ended, or, with `many`, until the deadline or a signal.
  /// No VMM that was served lives on then, unless it may not be killed.
  /// @throws Error if no VMM can be served
  [[nodiscard]] End run();

 private:
  void make_spare();
  void give_up_spare();
  void accept_one();
  void wait();
  void advance_all();
  void end_all(const std::string& reason);
  void finish(ServedVmReport report, const timing::Timeline& timeline);
  [[nodiscard]] bool accepting() const;
  [[nodiscard]] bool over() const;

  PageServiceRequest request_;
  const memory::FilePageSource source_;
  os::UnixListener listener_;
  const os::Ear ear_;
  const calls::Supervisor::Attention attention_;
  std::unique_ptr<ServedVm> spare_; // has preloaded, waits for its VMM
  std::list<std::unique_ptr<ServedVm>> vms_;
  unsigned served_ = 0;
  bool ending_ = false;
  End end_;
};

} // namespace dhg::run
