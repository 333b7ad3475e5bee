#include "qemu_vm.hpp"

#include "arguments.hpp"
#include "shared/last_words.hpp"

#include "dhg/error.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>

namespace dhg_qemu {
namespace {

using dhg::Blame;
using dhg::Error;
using nlohmann::json;

// RAM stays in its file: what is mapped shared is not part of the state.
const json kIgnoreShared{{"capabilities",
                          {{{"capability", "x-ignore-shared"}, {"state", true}},
                           {{"capability", "events"}, {"state", true}}}}};

using dhg_launchers::last_words;

} // namespace

QemuVm::QemuVm(Started started)
    : process_(std::move(started.process)),
      agent_(std::move(started.agent)),
      handoff_(std::move(started.handoff)),
      target_(std::move(started.target)),
      library_(std::move(started.library)),
      errors_(std::move(started.errors)),
      qmp_(std::move(started.qmp), process_->process_fd()) {
  qmp_.send("migrate-set-capabilities", kIgnoreShared);
}

std::string QemuVm::describe_end() {
  const auto status = process_->wait(dhg::deadline_in(std::chrono::seconds(1)));
  auto text = "QEMU " + (status ? dhg::describe_wait_status(*status) : "is still running");
  if (const auto words = last_words(errors_.get()); !words.empty()) text += ": " + words;
  if (status && lacks_library())
    text += fmt::format(
        "\ndhg: it was not given the guest's memory: '{}' was not preloaded into it. That is "
        "refused to a QEMU that is set-user-ID or has file capabilities, and where the library "
        "is on a file system that is mounted noexec",
        library_.string());
  return text;
}

bool QemuVm::lacks_library() const {
  if (!target_) return false;
  const int seals = fcntl(target_.get(), F_GET_SEALS);
  return seals >= 0 && (seals & F_SEAL_SEAL) == 0;
}

void QemuVm::load(dhg::Deadline /*deadline*/) {
  // Carried out while we go on; resume() waits for it.
  qmp_.send("migrate-incoming", {{"uri", fmt::format("fd:{}", +kStateFd)}});
}

void QemuVm::resume(dhg::Deadline deadline) {
  // While the state is being loaded, this means: go on as soon as it is.
  qmp_.send("cont", json::object());
  (void)qmp_.await_event("RESUME", deadline);
}

dhg::UniqueFd QemuVm::connect_agent(dhg::Deadline /*deadline*/) { return std::move(agent_); }

void QemuVm::pause(dhg::Deadline deadline) {
  qmp_.send("stop", json::object());
  (void)qmp_.await_event("STOP", deadline);
  qmp_.settle(deadline);
}

void QemuVm::save(const std::filesystem::path& state, dhg::Deadline deadline) {
  const dhg::UniqueFd file(
      open(state.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) throw dhg::system_error(errno, fmt::format("cannot create '{}'", state.string()));
  qmp_.send("getfd", {{"fdname", "state"}}, file.get());
  qmp_.send("migrate", {{"uri", "fd:state"}});
  qmp_.settle(deadline);
  for (;;) {
    const auto status = qmp_.await_event("MIGRATION", deadline).value("status", "");
    if (status == "completed") return;
    if (status == "failed" || status == "cancelled")
      throw Error(Blame::environment, "QEMU could not save the state of the machine");
  }
}

void QemuVm::set_memory_target(std::uint64_t bytes, dhg::Deadline deadline) {
  qmp_.send("balloon", {{"value", bytes}});
  qmp_.settle(deadline);
  // Reported about once a second, as long as something changes.
  constexpr auto kNoChange = std::chrono::seconds(3);
  for (;;) {
    const auto change =
        qmp_.poll_event("BALLOON_CHANGE", std::min(deadline, dhg::deadline_in(kNoChange)));
    if (!change || change->value("actual", std::uint64_t{0}) == bytes) return;
  }
}

} // namespace dhg_qemu
