#include "memory/memory_session.hpp"

#include "dhg/error.hpp"
#include "memory/exception_text.hpp"
#include "memory/fault_loop.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <csignal>

namespace dhg::memory {

MemorySession::MemorySession(const FilePageSource& source, PageServer& server, std::string name,
                             timing::Timeline& timeline)
    : source_(source),
      server_(server),
      name_(std::move(name)),
      timeline_(timeline),
      thread_([this] { thread_main(); }) {}

MemorySession::~MemorySession() {
  stop_.set();
  thread_.join();
}

void MemorySession::vmm_started(UniqueFd handoff, int vmm, Deadline deadline) {
  {
    const std::lock_guard lock(mutex_);
    // Our own copy: the VM may be gone, and its descriptor's number in use again,
    // before this thread has noticed.
    vmm_.reset(fcntl(vmm, F_DUPFD_CLOEXEC, 0));
    if (!vmm_) throw system_error(errno, "cannot watch the VMM");
    link_ = VmmLink{std::move(handoff), vmm_.get(), deadline};
    if (!failure_.empty()) kill_vmm();
  }
  started_.set();
}

void MemorySession::thread_main() {
  try {
    {
      const auto span = timeline_.span("preload");
      if (server_.backing() == MemoryBacking::userfaultfd) (void)source_.data_extents();
      ask_server([this] { server_.preload(source_); });
    }
    if (auto link = await_vmm()) serve(std::move(*link));
  } catch (const VmmEnded& e) {
    fail(e.what(), true);
  } catch (const std::exception& e) {
    fail(e.what());
  }
}

template <class Call>
void MemorySession::ask_server(Call call) {
  try {
    call();
  } catch (...) {
    throw Error(Blame::environment,
                fmt::format("page server '{}': {}", name_, current_exception_text()));
  }
}

std::optional<MemorySession::VmmLink> MemorySession::await_vmm() {
  std::array<pollfd, 2> fds{{{started_.fd(), POLLIN, 0}, {stop_.fd(), POLLIN, 0}}};
  while (poll(fds.data(), fds.size(), -1) < 0)
    if (errno != EINTR) throw system_error(errno, "cannot wait for the VMM to start");
  if (fds[1].revents != 0) return std::nullopt;
  const std::lock_guard lock(mutex_);
  return std::move(link_);
}

void MemorySession::serve(VmmLink link) {
  const auto backing = server_.backing();
  if (backing == MemoryBacking::private_mapping && !link.handoff) {
    attached_.set(); // the VMM maps the file, and has nothing to tell
    return;
  }
  if (!link.handoff) throw Error(Blame::environment, "the VMM's launcher hands no memory over");
  auto span = timeline_.span("handoff");
  auto handoff = receive_handoff(link.handoff.get(), backing, source_.size(), link.vmm, stop_.fd(),
                                 link.deadline);
  span.end();
  if (backing == MemoryBacking::private_mapping) {
    attached_.set();
    return;
  }
  auto* memory = [&] {
    const std::lock_guard lock(mutex_);
    memory_ = std::make_unique<ManagedMemory>(source_, std::move(handoff), name_);
    return memory_.get();
  }();
  {
    const auto attach = timeline_.span("attach");
    ask_server([&] { server_.attach(*memory); });
  }
  if (!memory->ended()) {
    attached_.set();
    run_fault_loop(*memory, server_, link.vmm, stop_.fd());
  }
  if (auto reason = memory->failure(); !reason.empty()) fail(reason);
  attached_.set();
}

void MemorySession::fail(const std::string& reason, bool vmm_is_to_blame) {
  {
    const std::lock_guard lock(mutex_);
    // What went wrong first; a page server may well throw because of it.
    failure_ = memory_ ? memory_->failure() : "";
    if (failure_.empty()) failure_ = reason;
    vmm_is_to_blame_ = vmm_is_to_blame;
    kill_vmm();
  }
  attached_.set();
}

void MemorySession::kill_vmm() const {
  if (vmm_) syscall(SYS_pidfd_send_signal, vmm_.get(), SIGKILL, nullptr, 0);
}

std::string MemorySession::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

bool MemorySession::vmm_is_to_blame() const {
  const std::lock_guard lock(mutex_);
  return vmm_is_to_blame_;
}

MemoryStats MemorySession::stats() const {
  const std::lock_guard lock(mutex_);
  return memory_ ? memory_->stats() : MemoryStats{};
}

} // namespace dhg::memory
