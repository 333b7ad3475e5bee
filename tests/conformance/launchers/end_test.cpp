// However a machine ends, nothing is left and nobody waits.

#include "machine.hpp"

#include "dhg/error.hpp"
#include "words.hpp"

#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#include <cstdlib>
#include <fstream>

using namespace dhg;
using namespace dhg::conformance;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

bool ends_within(int process_fd, std::chrono::milliseconds span) {
  pollfd ended{process_fd, POLLIN, 0};
  return poll(&ended, 1, static_cast<int>(span.count())) == 1;
}

UniqueFd duplicate(int fd) { return UniqueFd(dup(fd)); }

// @return the reason that the call gives for not being done; empty if it takes longer
// than a second to give it
template <class Call>
std::string refusal(Call call) {
  const auto begin = std::chrono::steady_clock::now();
  std::string reason;
  try {
    call();
    return {};
  } catch (const Error& error) {
    reason = error.what();
  }
  return std::chrono::steady_clock::now() - begin < 1s ? reason : "";
}

constexpr const char* kRefused = "restore(), load() or resume() throws a dhg::Error";

template <class Call>
bool is_refused(Call call) {
  try {
    call();
    return false;
  } catch (const Error&) {
    return true;
  }
}

pid_t pid_of(int process_fd) {
  std::ifstream info("/proc/self/fdinfo/" + std::to_string(process_fd));
  for (std::string name; info >> name;)
    if (pid_t pid = 0; name == "Pid:" && info >> pid) return pid;
  return -1;
}

} // namespace

TEST_CASE("A machine ends with its object", "[no-guest]") {
  for (const auto& subject : subjects()) {
    INFO(subject.name);
    UniqueFd process;
    {
      Restored machine(subject, saved_early(subject));
      process = duplicate(machine.vm().process_fd());
      machine.resume();
      WANT("the VMM runs while its object is there", !ends_within(process.get(), 0ms));
    }
    WANT("the VMM is gone when the destructor has returned", ends_within(process.get(), 0ms));
  }
}

TEST_CASE("A machine ends with the process that started it", "[no-guest]") {
  for (const auto& subject : subjects()) {
    INFO(subject.name);
    const auto& snapshot = saved_early(subject);
    int ends[2];
    NEED("the suite can make a pipe", pipe(ends) == 0);
    const pid_t child = fork();
    if (child == 0) {
      // Whatever is thrown here: there must not be two reports.
      (void)problem_of([&] {
        const memory::FilePageSource source(snapshot.memory());
        const auto vm = subject.launcher->restore(restore_request(
            subject, snapshot.state(), snapshot.memory(), MemoryBacking::userfaultfd, source.fd()));
        const pid_t vmm = pid_of(vm->process_fd());
        if (write(ends[1], &vmm, sizeof vmm) == sizeof vmm) pause();
      });
      std::_Exit(1);
    }
    pid_t vmm = -1;
    close(ends[1]);
    NEED("the process that starts the machine tells its VMM",
         read(ends[0], &vmm, sizeof vmm) == sizeof vmm);
    const UniqueFd process(static_cast<int>(syscall(SYS_pidfd_open, vmm, 0)));
    NEED("the VMM is there", static_cast<bool>(process));
    WANT("the VMM runs while the process lives that started it", !ends_within(process.get(), 50ms));
    kill(child, SIGKILL);
    WANT("that process can be killed", waitpid(child, nullptr, 0) == child);
    WANT("the VMM is gone 2 s later", ends_within(process.get(), 2s));
    close(ends[0]);
  }
}

TEST_CASE("A call to a machine that is gone fails at once, and its end can be told", "[no-guest]") {
  for (const auto& subject : subjects()) {
    INFO(subject.name);
    Restored machine(subject, saved_early(subject));
    machine.resume();
    kill(pid_of(machine.vm().process_fd()), SIGKILL);
    NEED("process_fd() tells the end of a VMM that was killed within 1 s",
         ends_within(machine.vm().process_fd(), 1s));
    WANT("pause() throws a dhg::Error with a reason within 1 s",
         !refusal([&] { machine.vm().pause(deadline_in(30s)); }).empty());
    WANT("describe_end() tells the signal", has_part(machine.vm().describe_end(), "signal 9"));
  }
}

TEST_CASE("Killing a machine that is gone does no harm", "[no-guest]") {
  for (const auto& subject : subjects()) {
    INFO(subject.name);
    Restored machine(subject, saved_early(subject));
    machine.vm().kill();
    machine.vm().kill();
    WANT("the VMM is gone when kill() has returned", ends_within(machine.vm().process_fd(), 0ms));
  }
}

TEST_CASE("A deadline that has passed ends a call", "[no-guest]") {
  for (const auto& subject : subjects()) {
    INFO(subject.name);
    Restored machine(subject, saved_early(subject));
    machine.resume();
    WANT("pause() throws a dhg::Error with a reason within 1 s",
         !refusal([&] { machine.vm().pause(deadline_in(-1s)); }).empty());
  }
}

TEST_CASE("A state that is damaged is an error with a reason, and no machine", "[no-guest]") {
  for (const auto& subject : subjects()) {
    const TemporaryFolder folder;
    const auto state = folder.path() / "state";
    for (const auto* kind : {"cut short", "empty", "of something else"}) {
      INFO(subject.name << ", " << kind);
      fs::copy_file(saved_early(subject).state(), state, fs::copy_options::overwrite_existing);
      const auto size = fs::file_size(state);
      if (std::string(kind) == "cut short") fs::resize_file(state, size / 2);
      if (std::string(kind) == "empty") fs::resize_file(state, 0);
      if (std::string(kind) == "of something else") std::ofstream(state) << "nonsense";
      const auto begin = std::chrono::steady_clock::now();
      Restored machine(subject, state, saved_early(subject).memory());
      WANT(kRefused, is_refused([&] { machine.resume(); }));
      WANT("that takes less than 5 s", std::chrono::steady_clock::now() - begin < 5s);
    }
  }
}

TEST_CASE("A state that is not there is an error with a reason", "[no-guest]") {
  for (const auto& subject : subjects()) {
    INFO(subject.name);
    WANT(kRefused, is_refused([&] {
           Restored machine(subject, "/nowhere/state", saved_early(subject).memory());
           machine.resume();
         }));
  }
}
