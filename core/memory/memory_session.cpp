#include "memory/memory_session.hpp"

#include "dhg/error.hpp"
#include "memory/exception_text.hpp"
#include "memory/fault_loop.hpp"
#include "os/descriptors.hpp"
#include "os/process.hpp"
#include "os/readiness.hpp"
#include "text/utf8.hpp"

#include <fmt/format.h>
#include <array>
#include <cerrno>
#include <cmath>
#include <functional>
#include <stdexcept>

namespace dhg::memory {
namespace {

using namespace std::chrono_literals;

// The VMM is gone, so that nothing can be installed any more: whoever notices
// returns at once, and nobody waits for the others.
constexpr auto kLastCallLimit = 2s;

constexpr std::size_t kMostFigures = 64;

bool is_figure_name(const std::string& name) {
  return !name.empty() &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
}

// Scripts read them.
std::vector<Figure> checked_figures(std::vector<Figure> figures) {
  if (figures.size() > kMostFigures)
    throw std::runtime_error(
        fmt::format("it has {} figures; {} are allowed", figures.size(), kMostFigures));
  for (const auto& [name, value] : figures) {
    if (!is_figure_name(name))
      throw std::runtime_error(
          fmt::format("a figure is called '{}': a name has lower-case letters, digits and '_'",
                      text::printable(name)));
    if (!std::isfinite(value))
      throw std::runtime_error(fmt::format("the figure '{}' is not a finite number", name));
  }
  return figures;
}

} // namespace

MemorySession::MemorySession(const FilePageSource& source, std::shared_ptr<PageServer> server,
                             std::string name, timing::Timeline& timeline,
                             calls::Supervisor& supervisor, CallLimits limits, SnapshotNotes* notes,
                             FaultLog* log)
    : source_(source),
      server_(std::move(server)),
      name_(std::move(name)),
      callee_(calls::callee(fmt::format("page server '{}'", name_))),
      timeline_(timeline),
      log_(log),
      supervisor_(supervisor),
      limits_(limits),
      notes_(notes),
      learner_(dynamic_cast<LearningPageServer*>(server_.get())),
      watch_(
          callee_, limits_, [this] { return progress(); },
          [this](const std::string& what) { fail(fmt::format("{} {}", callee_, what)); }),
      thread_([this] { thread_main(); }) {}

MemorySession::~MemorySession() {
  stop_serving();
  close_memory();
  // Before the memory, which threads of its own may still be at.
  const calls::Supervisor::Running running(supervisor_, callee_, "its destructor", limits_.running);
  server_.reset();
}

void MemorySession::close_memory() {
  ManagedMemory* memory = nullptr;
  {
    const std::lock_guard lock(mutex_);
    memory = memory_.get();
  }
  if (memory != nullptr) memory->close();
}

void MemorySession::stop_serving() {
  if (!thread_.joinable()) return;
  stop_.set();
  leave_if_stuck();
  thread_.join();
}

Lesson MemorySession::finish() {
  stop_serving();
  Lesson lesson;
  if (learner_ == nullptr || notes_ == nullptr) return lesson;
  const auto ask = [&](const char* function, const std::function<void()>& call) {
    try {
      supervisor_.call(callee_, function, call, limits_.running);
    } catch (const std::exception& error) {
      lesson.problem += (lesson.problem.empty() ? "" : "; ") + std::string(error.what());
    }
  };
  if (failure().empty()) ask("learn", [&] { learner_->learn(*notes_); });
  if (!lesson.problem.empty()) lesson.problem += "; what it learnt is not saved";
  ask("figures", [&] { lesson.figures = checked_figures(learner_->figures()); });
  return lesson;
}

std::vector<ServedFault> MemorySession::served_faults() const {
  const std::lock_guard lock(mutex_);
  return memory_ ? memory_->served_faults() : std::vector<ServedFault>{};
}

void MemorySession::leave_if_stuck() {
  if (os::await_one(done_.fd(), deadline_in(kLastCallLimit))) return;
  const auto call = watch_.current();
  fail(fmt::format("{} did not return from {} although the VM has ended", callee_,
                   call.empty() ? "reading the memory file" : call));
  supervisor_.leave(failure());
}

void MemorySession::vmm_started(UniqueFd handoff, int vmm, Deadline deadline, VmmOwner owner) {
  {
    const std::lock_guard lock(mutex_);
    // Our own copy: the VM may be gone, and its descriptor's number in use again,
    // before this thread has noticed.
    vmm_ = os::duplicate(vmm);
    if (!vmm_) throw system_error(errno, "cannot watch the VMM");
    owner_ = owner;
    link_ = VmmLink{std::move(handoff), vmm_.get(), deadline};
    if (!failure_.empty()) kill_vmm();
  }
  started_.set();
}

void MemorySession::thread_main() {
  try {
    live();
  } catch (const VmmEnded& e) {
    fail(e.what(), true);
  } catch (const std::exception& e) {
    fail(e.what());
  }
  enter(Stage::ended);
}

void MemorySession::live() {
  prepare();
  enter(Stage::waiting);
  const auto link = await_vmm();
  if (!link) return;
  const bool is_mapped = server_->backing() == MemoryBacking::private_mapping;
  if (is_mapped && !link->handoff) return enter(Stage::mapped); // and has nothing to tell
  enter(Stage::receiving);
  auto handoff = receive(*link);
  if (is_mapped) return enter(Stage::mapped);
  auto& memory = take_over(std::move(handoff));
  enter(Stage::attaching);
  attach(memory);
  if (!memory.ended()) {
    enter(Stage::serving);
    run_fault_loop(memory, *server_, watch_, link->vmm, stop_.fd());
  }
  if (auto reason = memory.failure(); !reason.empty()) fail(reason);
}

void MemorySession::enter(Stage stage) {
  if (!may_follow(stage_, stage))
    throw std::logic_error(
        fmt::format("a session cannot go from {} to {}", to_string(stage_), to_string(stage)));
  stage_ = stage;
  if (stage == Stage::attaching) handed_over_.set();
  if (stage >= Stage::serving) attached_.set();
  if (stage == Stage::ended) done_.set();
}

void MemorySession::prepare() {
  const auto span = timeline_.span("preload", timing::Track::memory);
  if (server_->backing() == MemoryBacking::userfaultfd) (void)source_.data_extents();
  ask_server(CallWatch::Call::preload, [this] {
    if (learner_ != nullptr && notes_ != nullptr) learner_->recall(*notes_);
    server_->preload(source_);
  });
}

template <class Function>
void MemorySession::ask_server(CallWatch::Call call, Function function) {
  const CallWatch::Running running(watch_, call);
  try {
    function();
  } catch (...) {
    throw Error(Blame::environment, fmt::format("{}: {}", callee_, current_exception_text()));
  }
}

std::optional<MemorySession::VmmLink> MemorySession::await_vmm() {
  std::array<pollfd, 2> fds{{{started_.fd(), POLLIN, 0}, {stop_.fd(), POLLIN, 0}}};
  (void)os::await_any(fds);
  if (fds[1].revents != 0) return std::nullopt;
  const std::lock_guard lock(mutex_);
  return std::move(link_);
}

Handoff MemorySession::receive(const VmmLink& link) {
  if (!link.handoff) throw Error(Blame::environment, "the VMM's launcher handed over no memory");
  const auto span = timeline_.span("handoff", timing::Track::memory);
  try {
    return receive_handoff(link.handoff.get(), server_->backing(), source_.size_now(), link.vmm,
                           stop_.fd(), link.deadline, refused_);
  } catch (...) {
    anything_came_ = !refused_.empty();
    throw;
  }
}

ManagedMemory& MemorySession::take_over(Handoff handoff) {
  const std::lock_guard lock(mutex_);
  memory_ = std::make_unique<ManagedMemory>(source_, std::move(handoff), name_, news_, log_);
  if (record_faults_) memory_->record_faults();
  anything_came_ = true;
  return *memory_;
}

void MemorySession::attach(ManagedMemory& memory) {
  // Before anything is tried: a page that is not ours counts as mapped over later.
  if (const auto reason = memory.why_not_fillable(); !reason.empty())
    throw Error(Blame::environment, reason);
  const auto span = timeline_.span("attach", timing::Track::memory);
  ask_server(CallWatch::Call::attach, [&] { server_->attach(memory); });
}

void MemorySession::fail(const std::string& reason, bool vmm_is_to_blame) {
  {
    const std::lock_guard lock(mutex_);
    // What went wrong first; a page server may well throw because of it.
    if (memory_) memory_->fail(reason);
    if (failure_.empty()) {
      failure_ = memory_ ? memory_->failure() : reason;
      vmm_is_to_blame_ = vmm_is_to_blame;
    }
    kill_vmm();
  }
  attached_.set();
}

void MemorySession::kill_vmm() {
  if (!vmm_ || (owner_ == VmmOwner::somebody_else && !anything_came_)) return;
  vmm_survives_ = !os::kill_process(vmm_.get()) && errno != ESRCH;
}

void MemorySession::end_vmm(const std::string& reason) {
  fail(reason);
  stop_.set();
}

int MemorySession::userfaultfd() const {
  const std::lock_guard lock(mutex_);
  return memory_ ? memory_->userfaultfd() : -1;
}

std::string MemorySession::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

bool MemorySession::vmm_is_to_blame() const {
  const std::lock_guard lock(mutex_);
  return vmm_is_to_blame_;
}

std::uint64_t MemorySession::progress() const {
  const auto [faults, copied, zeroed, removed] = stats();
  return copied + zeroed;
}

MemoryStats MemorySession::stats() const {
  const std::lock_guard lock(mutex_);
  return memory_ ? memory_->stats() : MemoryStats{};
}

} // namespace dhg::memory
