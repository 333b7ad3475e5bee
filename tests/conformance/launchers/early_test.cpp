// What is true of a machine whose guest has hardly begun. Where a VMM and the kernel
// below it can make a machine, these rules can be shown even if no guest gets far on it.

#include "machine.hpp"
#include "words.hpp"

#include <poll.h>

using namespace dhg;
using namespace dhg::conformance;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

constexpr auto kServers = {"file", "eager", "lazy-4k", "lazy-2m", "hybrid", "working-set"};

// What it ran into, after a moment in which its guest could run.
std::string trouble(Restored& machine) {
  pollfd ended{machine.vm().process_fd(), POLLIN, 0};
  if (poll(&ended, 1, 300) != 0) return machine.vm().describe_end();
  return machine.failure();
}

} // namespace

TEST_CASE("A machine can be saved as soon as it was booted", "[no-guest]") {
  for (const auto& subject : subjects()) {
    INFO(subject.name);
    const auto& early = saved_early(subject);
    WANT("the state is a file that is not empty", fs::file_size(early.state()) > 0);
    WANT("the bytes of the memory file",
         equal(fs::file_size(early.memory()), subject.machine.memory_bytes));
    WANT("the version is a name and a number, such as 'QEMU 7.2.22'", is_version(early.version));
  }
}

TEST_CASE("A machine that was saved that soon goes on and can be paused", "[no-guest]") {
  for (const auto& subject : subjects())
    for (const auto* server : kServers) {
      INFO(subject.name << " with " << server);
      Restored machine(subject, saved_early(subject), server);
      machine.resume();
      WANT("the machine runs and its memory is served", trouble(machine));
      WANT("the machine can be paused within 10 s",
           problem_of([&] { machine.vm().pause(deadline_in(10s)); }));
    }
}

TEST_CASE("Machines of one snapshot can be restored side by side", "[no-guest]") {
  for (const auto& subject : subjects()) {
    INFO(subject.name);
    Restored one(subject, saved_early(subject));
    Restored two(subject, saved_early(subject), "eager");
    Restored three(subject, saved_early(subject), "file");
    for (auto* machine : {&one, &two, &three}) machine->resume();
    for (auto* machine : {&one, &two, &three})
      WANT("each machine runs and its memory is served", trouble(*machine));
  }
}
