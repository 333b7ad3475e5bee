// A machine's life: booted, saved, restored.

#include "machine.hpp"

#include "snapshot/digest.hpp"
#include "words.hpp"

using namespace dhg;
using namespace dhg::conformance;
namespace fs = std::filesystem;

TEST_CASE("A machine that was booted runs a program, and its VMM tells its version") {
  for (const auto& subject : subjects()) {
    INFO(subject.name);
    WANT("the booted guest prints", equal(saved(subject).first_words, "booted\n"));
    WANT("the version is a name and a number, such as 'QEMU 7.2.22'",
         is_version(saved(subject).version));
  }
}

TEST_CASE("A machine that is saved leaves a state, and a file with all of its memory") {
  for (const auto& subject : subjects()) {
    INFO(subject.name);
    WANT("the state is a file that is not empty", fs::file_size(saved(subject).state()) > 0);
    WANT("the bytes of the memory file",
         equal(fs::file_size(saved(subject).memory()), subject.machine.memory_bytes));
  }
}

TEST_CASE("A guest that is asked to leave memory, and to take it back, is waited for") {
  for (const auto& subject : subjects()) {
    INFO(subject.name);
    const auto seconds = saved(subject).smaller_seconds;
    WANT("set_memory_target() returns within 60 s, down and up",
         Finding(seconds < 60, fmt::format("it took {:.1f} s", seconds)));
  }
}

TEST_CASE("A machine that was saved goes on, however its memory comes back") {
  for (const auto& subject : subjects()) {
    for (const auto* server : {"lazy-4k", "eager", "file"}) {
      INFO(subject.name << " with " << server);
      Restored machine(subject, server);
      machine.start();
      WANT("the guest prints", equal(machine.run("print(sum(range(1000)))"), "499500\n"));
    }
  }
}

TEST_CASE("A snapshot is as it was after its machines have run") {
  for (const auto& subject : subjects()) {
    INFO(subject.name);
    const auto before = snapshot::digest_of_tree({saved(subject).folder});
    for (const auto* server : {"lazy-4k", "file"}) {
      Restored machine(subject, server);
      machine.start();
      WANT("the guest prints",
           equal(machine.run("x = bytearray(b'x' * 10_000_000); print(len(x))"), "10000000\n"));
    }
    WANT("state and memory have the bytes that they had before",
         snapshot::digest_of_tree({saved(subject).folder}) == before);
  }
}

TEST_CASE("Machines of one snapshot run side by side and do not see each other") {
  for (const auto& subject : subjects()) {
    INFO(subject.name);
    Restored one(subject);
    Restored two(subject);
    Restored three(subject, "file");
    for (auto* machine : {&one, &two, &three}) machine->start();
    WANT("the first guest prints",
         equal(one.run("import builtins; builtins.seen = 1; print(seen)"), "1\n"));
    WANT("the second guest prints",
         equal(two.run("import builtins; print(hasattr(builtins, 'seen'))"), "False\n"));
    WANT("the third guest prints",
         equal(three.run("import builtins; print(hasattr(builtins, 'seen'))"), "False\n"));
  }
}

TEST_CASE("The host learns how a program ended that took the agent along") {
  for (const auto& subject : subjects()) {
    INFO(subject.name);
    {
      Restored machine(subject);
      machine.start();
      WANT("what the host learns",
           equal(machine.run("import os; os._exit(7)"), "the agent ended: status 7"));
    }
    Restored machine(subject);
    machine.start();
    WANT("what the host learns",
         equal(machine.run("import os; os.kill(os.getpid(), 9)"), "the agent ended: signal 9"));
  }
}
