#include "machine.hpp"

#include "dhg/error.hpp"
#include "guest_link/request.hpp"
#include "os/resources.hpp"
#include "run/exec/guest_session.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cstdlib>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <thread>

namespace dhg::conformance {
namespace {

using namespace std::chrono_literals;
using guest_link::Conversation;

constexpr auto kBootLimit = 120s; // seconds under TCG, on a busy machine
constexpr auto kLimit = 60s;

// The least that a result channel has in the guest.
constexpr const char* kGuestHalf =
    "def store(outcome):\n"
    "    pass\n"
    "def load():\n"
    "    return b'{}'\n";

os::SignalFd& signals() {
  static os::SignalFd fd;
  return fd;
}

// @return what the guest printed, or in words why it did not answer
std::string ask(Vm& vm, int agent, const std::string& request, Conversation& conversation,
                run::CaptureSink& sink, std::chrono::seconds limit) {
  const auto end = run::exchange(agent, request, conversation, sink,
                                 {signals(), vm.process_fd(), deadline_in(limit)});
  if (end.stopped == run::Stopped::vm_ended) return "the VMM ended: " + vm.describe_end();
  if (end.stopped != run::Stopped::no) return "no answer";
  if (conversation.state() == Conversation::State::exited)
    return fmt::format("the agent ended: {} {}",
                       conversation.agent_exit().by_signal ? "signal" : "status",
                       conversation.agent_exit().status);
  return sink.out_text() + sink.err_text();
}

std::string run_request(const std::string& code) {
  return guest_link::encode_run({code, "<string>", {"-c"}, "conformance", kGuestHalf, true});
}

void make_memory_file(const std::filesystem::path& path, std::uint64_t bytes) {
  std::ofstream(path).close();
  std::filesystem::resize_file(path, bytes);
}

// What was told on the way, beside the snapshot, for the next process of the suite.
// Written last: where it is, the snapshot is whole.
constexpr const char* kTold = "told.json";

void write_told(const Saved& saved) {
  std::ofstream(saved.folder / kTold) << nlohmann::json{{"version", saved.version},
                                                        {"first_words", saved.first_words},
                                                        {"smaller_seconds", saved.smaller_seconds}};
}

bool read_told(Saved& saved) {
  std::ifstream file(saved.folder / kTold);
  if (!file) return false;
  const auto told = nlohmann::json::parse(file);
  told.at("version").get_to(saved.version);
  told.at("first_words").get_to(saved.first_words);
  told.at("smaller_seconds").get_to(saved.smaller_seconds);
  return true;
}

std::unique_ptr<Vm> boot(const Subject& subject, const std::filesystem::path& memory) {
  make_memory_file(memory, subject.machine.memory_bytes);
  const auto& image = subject.image;
  return subject.launcher->boot({subject.machine, image / "vmlinuz", image / "vmlinux",
                                 image / "initrd", image / "rootfs.erofs", memory, console()});
}

void save(Vm& vm, Saved& saved) {
  vm.pause(deadline_in(kLimit));
  saved.version = vm.vmm_version();
  vm.save(saved.state(), deadline_in(kLimit));
}

std::unique_ptr<Saved> boot_and_save(const Subject& subject) {
  auto result = std::make_unique<Saved>();
  const char* shared = std::getenv("DHG_CONFORMANCE_SNAPSHOTS");
  result->folder =
      shared != nullptr ? std::filesystem::path(shared) / subject.name : result->temporary.path();
  std::filesystem::create_directories(result->folder);
  if (read_told(*result)) return result;
  for (const auto& left : {result->state(), result->memory()}) std::filesystem::remove(left);
  const auto vm = boot(subject, result->memory());
  const auto agent = vm->connect_agent(deadline_in(kLimit));
  run::CaptureSink sink;
  Conversation conversation(sink, {1U << 20, 1U << 20});
  result->first_words =
      ask(*vm, agent.get(), guest_link::encode_hello() + run_request("print('booted')"),
          conversation, sink, kBootLimit);
  const auto begin = std::chrono::steady_clock::now();
  vm->set_memory_target(subject.machine.memory_bytes / 4 * 3, deadline_in(kLimit));
  vm->set_memory_target(subject.machine.memory_bytes, deadline_in(kLimit));
  result->smaller_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  save(*vm, *result);
  write_told(*result);
  return result;
}

// Until the guest's firmware has its kernel: a restored machine has none to give, and
// QEMU's firmware that asks it for one resets. By the VMM's own time, since the machine
// may be busy; not for long, since a VMM may be one that hardly runs its guest.
void run_past_firmware(const Vm& vm) {
  constexpr double kFirmwareSeconds = 0.2; // QEMU starts in 0.03, its firmware takes 0.01
  const auto end = std::chrono::steady_clock::now() + 2s;
  while (std::chrono::steady_clock::now() < end) {
    const auto used = os::resources_of(vm.process_fd());
    if (!used || used->cpu_seconds >= kFirmwareSeconds) return;
    std::this_thread::sleep_for(10ms);
  }
}

std::unique_ptr<Saved> save_early(const Subject& subject) {
  auto result = std::make_unique<Saved>();
  result->folder = result->temporary.path();
  const auto vm = boot(subject, result->memory());
  run_past_firmware(*vm);
  save(*vm, *result);
  return result;
}

using SavedBySubject = std::map<std::string, std::unique_ptr<Saved>>;

const Saved& made_once(SavedBySubject& all, const Subject& subject,
                       std::unique_ptr<Saved> (*make)(const Subject&)) {
  (void)signals(); // before any thread
  auto& result = all[subject.name];
  if (!result) result = make(subject);
  return *result;
}

} // namespace

int console() {
  static const UniqueFd fd(memfd_create("console", MFD_CLOEXEC));
  return fd.get();
}

const Saved& saved(const Subject& subject) {
  static SavedBySubject all;
  return made_once(all, subject, boot_and_save);
}

const Saved& saved_early(const Subject& subject) {
  static SavedBySubject all;
  return made_once(all, subject, save_early);
}

bool is_version(const std::string& text) {
  static const std::regex form("[A-Za-z]+ [0-9]+\\.[0-9.]+.*");
  return std::regex_match(text, form);
}

std::string run_in_guest(Vm& vm, int agent, const std::string& code) {
  run::CaptureSink sink;
  Conversation conversation(sink, {1U << 20, 1U << 20});
  return ask(vm, agent, guest_link::encode_hello() + run_request(code), conversation, sink, kLimit);
}

RestoreRequest restore_request(const Subject& subject, const std::filesystem::path& state,
                               const std::filesystem::path& memory, MemoryBacking backing,
                               int memory_fd) {
  return {subject.machine, subject.image / "rootfs.erofs", state, memory, memory_fd, backing,
          console()};
}

Restored::Restored(const Subject& subject, const std::filesystem::path& state,
                   const std::filesystem::path& memory, const std::string& page_server)
    : server_(run::activate<PageServer>(shipped_plugins(), DHG_PAGE_SERVER,
                                        {page_server, std::nullopt})),
      source_(memory) {
  const auto backing = server_.object->backing();
  session_ = std::make_unique<memory::MemorySession>(
      source_, std::move(server_.object), server_.name, timeline_, shipped_plugins().supervisor());
  vm_ = subject.launcher->restore(restore_request(subject, state, memory, backing, source_.fd()));
  session_->vmm_started(vm_->take_handoff(), vm_->process_fd(), deadline_in(kLimit));
}

Restored::~Restored() { vm_->kill(); }

void Restored::resume() {
  vm_->load(deadline_in(kLimit));
  const auto end = run::await_readable(session_->attached_fd(),
                                       {signals(), vm_->process_fd(), deadline_in(kLimit)});
  if (end.stopped != run::Stopped::no)
    throw Error(Blame::environment, "the machine ended before its memory was there: " + failure());
  if (!failure().empty()) throw Error(Blame::environment, failure());
  vm_->resume(deadline_in(kLimit));
}

void Restored::start() {
  resume();
  agent_ = vm_->connect_agent(deadline_in(kLimit));
}

} // namespace dhg::conformance
