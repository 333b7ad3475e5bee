#include "run/page_service/served_vm.hpp"

#include "dhg/error.hpp"
#include "os/readiness.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace dhg::run {
namespace {

using namespace std::chrono_literals;

constexpr auto kHandshakeLimit = 10s;
constexpr auto kLastCallLimit = 2s; // of a page server whose VM has ended

} // namespace

ServedVm::ServedVm(const memory::FilePageSource& source, ActivePlugin<PageServer> server,
                   calls::Supervisor& supervisor, memory::CallLimits limits)
    : page_server_(server.name),
      session_(source, std::move(server.object), page_server_, timeline_, supervisor, limits) {}

void ServedVm::connect(UniqueFd connection) {
  auto peer = os::peer_of(connection.get());
  connected_ = timing::Clock::now();
  session_.vmm_started(std::move(connection), peer.process.get(), deadline_in(kHandshakeLimit),
                       memory::VmmOwner::somebody_else);
  peer_ = std::move(peer);
}

void ServedVm::end(const std::string& reason) {
  if (!os::is_readable(peer_.process.get())) session_.end_vmm(reason);
}

bool ServedVm::stop() {
  session_.end_vmm("no VMM came");
  return os::await_one(session_.done_fd(), deadline_in(kLastCallLimit));
}

void ServedVm::add_waits(std::vector<pollfd>& fds, Deadline& until) const {
  if (!peer_.process) {
    fds.push_back({session_.attached_fd(), POLLIN, 0}); // too early: preload has failed
    return;
  }
  if (!handed_over()) fds.push_back({session_.handed_over_fd(), POLLIN, 0});
  if (!done_) fds.push_back({session_.done_fd(), POLLIN, 0});
  if (!gone_) fds.push_back({peer_.process.get(), POLLIN, 0});
  if (gone_) until = std::min(until, *gone_);
}

std::optional<ServedVmReport> ServedVm::advance() {
  if (!peer_.process) return std::nullopt;
  if (!handed_over() && os::is_readable(session_.handed_over_fd())) {
    try {
      // It holds the userfaultfd too: with the last copy of that, the guest's missing pages
      // would turn into zeros.
      guard_ = std::make_unique<os::ProcessGuard>(peer_.process.get(), session_.userfaultfd());
    } catch (const Error& error) {
      end(error.what());
    }
  }
  done_ = done_ || os::is_readable(session_.done_fd());
  if (!gone_ && os::is_readable(peer_.process.get())) gone_ = deadline_in(kLastCallLimit);

  // Nothing is served any more once the VMM's memory is gone, which is a moment before the
  // process has ended, and for that its guard waits.
  const bool failed = !session_.failure().empty();
  const bool waits_for_vmm = !gone_ && (guard_ || (session_.anything_came() && failed));
  if (done_ && !waits_for_vmm) return report();
  if (gone_ && !done_ && timing::Clock::now() >= *gone_) {
    stuck_ = true;
    session_.end_vmm(
        fmt::format("page server '{}' did not return although the VM has ended", page_server_));
    return report();
  }
  return std::nullopt;
}

ServedVmReport ServedVm::report() {
  if (guard_) guard_->join();
  ServedVmReport result;
  result.pid = peer_.pid;
  result.page_server = page_server_;
  result.error = session_.failure();
  result.turned_away = !session_.anything_came();
  result.memory = session_.stats();
  result.seconds = timing::Clock::now() - connected_;
  return result;
}

} // namespace dhg::run
