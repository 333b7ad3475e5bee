#include "firecracker_vm.hpp"

#include "vsock.hpp"

#include "shared/last_words.hpp"

#include "dhg/error.hpp"
#include "dhg/guest_machine.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace dhg_firecracker {
namespace {

using dhg::Blame;
using dhg::Error;
using namespace std::chrono_literals;

// To describe a machine and to start it takes Firecracker some milliseconds.
constexpr auto kBootLimit = 30s;
// A guest that was restored listens already; one that boots has seconds before it.
constexpr auto kAgentPause = 1ms;
constexpr auto kAgentLimit = 2s;
constexpr auto kBootPause = 20ms;
// Firecracker has no event for it.
constexpr auto kBalloonPause = 20ms;
constexpr auto kBalloonNoChange = 3s;

using dhg_launchers::last_words;

} // namespace

void FirecrackerVm::prepare_boot(const dhg::BootRequest& request) {
  booted_ = true;
  memory_ = request.memory;
  memory_bytes_ = request.machine.memory_bytes;
  boot_ = boot_requests(request, started_.folder->vsock_socket());
}

void FirecrackerVm::begin(dhg::Deadline deadline) {
  if (boot_.empty()) return;
  const auto requests = std::exchange(boot_, {});
  deadline = std::min(deadline, dhg::deadline_in(kBootLimit));
  const auto answer = say(version_request(), deadline);
  version_ = answer.is_object() ? answer.value("firecracker_version", "unknown") : "unknown";
  for (const auto& each : requests) (void)say(each, deadline);
}

void FirecrackerVm::prepare_load(Request load, dhg::UniqueFd handoff) {
  load_ = std::move(load);
  handoff_ = std::move(handoff);
}

std::string FirecrackerVm::describe_end() {
  const auto status = started_.process->wait(dhg::deadline_in(1s));
  auto text = "Firecracker " + (status ? dhg::describe_wait_status(*status) : "is still running");
  if (const auto words = last_words(started_.errors.get()); !words.empty()) text += ": " + words;
  return text;
}

// Whoever restores a machine tells its end too, for its memory may be the reason.
template <class Action>
auto FirecrackerVm::explain_end(Action action) {
  try {
    return action();
  } catch (const FirecrackerEnded&) {
    if (!booted_) throw;
    throw Error(Blame::environment, describe_end());
  }
}

nlohmann::json FirecrackerVm::call(const Request& request, dhg::Deadline deadline) {
  begin(deadline);
  return say(request, deadline);
}

nlohmann::json FirecrackerVm::say(const Request& request, dhg::Deadline deadline) {
  return explain_end([&] {
    if (!api_) api_ = std::make_unique<Api>(*started_.folder, process_fd(), deadline);
    return api_->call(request, deadline);
  });
}

// Answered once all of the state is loaded: by then it has touched the guest's memory.
void FirecrackerVm::load(dhg::Deadline deadline) { (void)call(load_.value(), deadline); }

void FirecrackerVm::resume(dhg::Deadline deadline) { (void)call(resume_request(), deadline); }

void FirecrackerVm::pause(dhg::Deadline deadline) { (void)call(pause_request(), deadline); }

dhg::UniqueFd FirecrackerVm::connect_agent(dhg::Deadline deadline) {
  begin(deadline);
  const auto until = booted_ ? deadline : std::min(deadline, dhg::deadline_in(kAgentLimit));
  return explain_end([&] {
    return connect_vsock(started_.folder->vsock_socket(), dhg::kAgentVsockPort, process_fd(),
                         booted_ ? kBootPause : kAgentPause, until);
  });
}

void FirecrackerVm::save(const std::filesystem::path& state, dhg::Deadline deadline) {
  // Firecracker overwrites what is there, and keeps to whom it belongs.
  const dhg::UniqueFd file(
      open(state.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) throw dhg::system_error(errno, fmt::format("cannot create '{}'", state.string()));
  (void)call(save_request(state, memory_), deadline);
}

void FirecrackerVm::set_memory_target(std::uint64_t bytes, dhg::Deadline deadline) {
  const auto wanted = (memory_bytes_ - std::min(bytes, memory_bytes_)) >> 20;
  (void)call(balloon_request(wanted), deadline);
  std::uint64_t last = 0;
  auto patience = dhg::deadline_in(kBalloonNoChange);
  for (;;) {
    const auto statistics = call(balloon_statistics_request(), deadline);
    if (!statistics.is_object() || !statistics.contains("actual_mib") ||
        !statistics["actual_mib"].is_number_unsigned())
      throw Error(Blame::environment, "Firecracker does not tell how far the balloon is");
    const auto actual = statistics["actual_mib"].get<std::uint64_t>();
    if (actual == wanted) return;
    if (actual != last) patience = dhg::deadline_in(kBalloonNoChange);
    last = actual;
    if (std::chrono::steady_clock::now() >= std::min(patience, deadline)) return;
    if (!sleep_while_alive(process_fd(), kBalloonPause))
      throw Error(Blame::environment, describe_end());
  }
}

} // namespace dhg_firecracker
