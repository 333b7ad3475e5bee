// However either side ends, nobody hangs, and a reason is told only where there
// is one.

#include "fixture.hpp"

#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <atomic>
#include <catch2/catch_all.hpp>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <thread>

using namespace dhg;
using namespace dhg::conformance;
using namespace std::chrono_literals;
using fakes::Op;
using fakes::Order;

TEST_CASE(
    "A memory file that is cut short while it is served gives right contents or ends the VM with a "
    "reason") {
  // In the middle of a chunk, of whatever size.
  constexpr std::uint64_t kCut = 4 * kMiB + 20 * kKiB;
  for (auto& server : lazy_page_servers()) {
    INFO(server.name);
    Served served(full_region(6 * kMiB), server);
    const auto before = served.file().contents();
    NEED("the page server attaches within 10 s", served.attach());
    NEED("the guest reads what the snapshot held",
         served.read_and_compare({0, kMiB}, Order::sequential));
    served.file().truncate(kCut);
    const auto reply = served.vm().run({Op::read, Order::sequential, 1, 0, kCut - kMiB, 2 * kMiB});
    if (!reply) {
      WANT("the VMM ends within 1 s", served.vmm_dies());
      WANT("the reason names the memory file", has_part(served.failure(), "memory file"));
    }
    // What was seen before it ended, or had been installed in time, is right.
    for (auto offset = kCut - kMiB; offset < kCut + kMiB; offset += kPageSize) {
      std::uint64_t first = 0;
      std::memcpy(&first, served.vm().seen(offset), sizeof first);
      if (!reply && first == 0) continue; // not seen
      NEED("a page that was seen holds what the file held",
           std::memcmp(served.vm().seen(offset), before.data() + offset, kPageSize) == 0);
    }
  }
}

TEST_CASE("A memory file that is shorter than the guest's memory is refused at the handshake") {
  for (auto& server : lazy_page_servers()) {
    INFO(server.name);
    const fakes::MemoryFile whole(2 * kMiB, {{0, 2 * kMiB}});
    const fakes::MemoryFile part(kMiB, {{0, kMiB}});
    const memory::FilePageSource source(part.path());
    timing::Timeline timeline;
    calls::Supervisor supervisor;
    memory::MemorySession session(source, std::move(server.object), server.name, timeline,
                                  supervisor);
    fakes::FakeVm vm(whole.path(), MemoryBacking::userfaultfd, {{0, 2 * kMiB}});
    session.vmm_started(vm.take_handoff(), vm.process_fd(), deadline_in(3s));
    NEED("the session ends within 1 s", readable_within(session.attached_fd(), 1s));
    WANT("the reason is the size of the memory file",
         has_part(session.failure(), "passes the end of the memory file"));
    WANT("the VMM ends within 1 s", readable_within(vm.process_fd(), 1s));
  }
}

TEST_CASE("A memory file that was cut short before the guest is there ends the VM with a reason") {
  for (auto& server : lazy_page_servers()) {
    INFO(server.name);
    const fakes::MemoryFile file(4 * kMiB, {{0, 4 * kMiB}});
    const memory::FilePageSource source(file.path());
    file.truncate(2 * kMiB);
    timing::Timeline timeline;
    calls::Supervisor supervisor;
    memory::MemorySession session(source, std::move(server.object), server.name, timeline,
                                  supervisor);
    fakes::FakeVm vm(file.path(), MemoryBacking::userfaultfd, {{0, 2 * kMiB}});
    session.vmm_started(vm.take_handoff(), vm.process_fd(), deadline_in(3s));
    NEED("the session ends within 1 s", readable_within(session.attached_fd(), 1s));
    WANT("the reason names the memory file", has_part(session.failure(), "memory file"));
    vm.kill();
  }
}

TEST_CASE("A session ends when the VMM is killed while its memory is served") {
  const int pages_before = GENERATE(0, 1, 200);
  for (auto& server : all_page_servers()) {
    INFO(server.name << " after " << pages_before << " pages");
    Served served(full_region(4 * kMiB), server);
    NEED("the page server attaches within 10 s", served.attach());
    if (pages_before > 0)
      NEED("the guest reads its memory within 10 s",
           done(served.vm().run({Op::read, Order::random, 1, 1, 0,
                                 static_cast<std::uint64_t>(pages_before) * kPageSize})));
    served.vm().send({Op::storm, Order::random, 3, 1, 0, 4 * kMiB});
    std::this_thread::sleep_for(2ms);
    served.vm().kill();
    served.end_session();
    SUCCEED("the session ended");
  }
}

TEST_CASE("No failure is reported when the VMM is killed") {
  for (int round = 0; round < 5; ++round) {
    for (auto& server : lazy_page_servers()) {
      INFO(server.name << " round " << round);
      Served served(full_region(4 * kMiB), server);
      NEED("the page server attaches within 10 s", served.attach());
      served.vm().send({Op::read, Order::random, 3, 1, 0, 4 * kMiB});
      std::this_thread::sleep_for(std::chrono::milliseconds(round));
      served.vm().kill();
      std::this_thread::sleep_for(10ms);
      WANT("nothing goes wrong while memory is served", served.failure());
    }
  }
}

TEST_CASE("A session ends when the VMM exits by itself") {
  for (auto& server : all_page_servers()) {
    INFO(server.name);
    Served served(one_region(), server);
    NEED("the page server attaches within 10 s", served.attach());
    served.vm().send({Op::quit});
    WANT("the VMM ends within 1 s", served.vmm_dies());
    WANT("the VMM's exit status", equal(served.vm().process().wait(deadline_in(1s)), 0));
    served.end_session();
  }
}

TEST_CASE("A session ends when the VMM is killed while the page server attaches") {
  for (auto& server : lazy_page_servers()) {
    INFO(server.name);
    Served served(full_region(16 * kMiB), server);
    std::this_thread::sleep_for(1ms);
    served.vm().kill();
    served.end_session();
    SUCCEED("the session ended");
  }
}

TEST_CASE("A session that no VMM was started for ends") {
  for (auto& server : all_page_servers()) {
    INFO(server.name);
    const fakes::MemoryFile file(kMiB, {{0, kMiB}});
    const memory::FilePageSource source(file.path());
    timing::Timeline timeline;
    calls::Supervisor supervisor;
    const memory::MemorySession session(source, std::move(server.object), server.name, timeline,
                                        supervisor);
    WANT("nothing goes wrong", session.failure());
  }
}

TEST_CASE("The VMM dies within a second when its handler is killed") {
  for (auto& server : all_page_servers()) {
    INFO(server.name);
    int ends[2];
    NEED("the suite can make a pipe", pipe(ends) == 0);
    UniqueFd reader(ends[0]);
    UniqueFd writer(ends[1]);
    const fakes::TemporaryFolder folder; // the handler cannot remove what it made
    const pid_t handler = fork();
    NEED("the suite can start a process", handler >= 0);
    if (handler == 0) {
      setenv("TMPDIR", folder.path().c_str(), 1);
      // Whatever is thrown here: there must not be two reports.
      (void)problem_of([&] {
        Served served(full_region(4 * kMiB), server);
        const int vmm = served.attach() ? served.vm().process().pid() : -1;
        served.vm().send({Op::storm, Order::random, 2, 1, 0, 4 * kMiB});
        if (write(writer.get(), &vmm, sizeof vmm) != sizeof vmm) return;
        for (;;) pause();
      });
      _exit(1);
    }
    writer.reset();
    int vmm = -1;
    NEED("the handler serves a VMM", read(reader.get(), &vmm, sizeof vmm) == sizeof vmm);
    NEED("the page server attaches within 10 s", vmm > 0);
    const UniqueFd vmm_end(static_cast<int>(syscall(SYS_pidfd_open, vmm, 0)));
    kill(handler, SIGKILL);
    WANT("the handler can be killed", waitpid(handler, nullptr, 0) == handler);
    // No descriptor: it was gone before it could be watched.
    WANT("the VMM ends within 1 s of its handler", !vmm_end || readable_within(vmm_end.get(), 1s));
  }
}

namespace {

// Brings all pages from a thread of its own, as long as it may.
class WithThread final : public PageServer {
 public:
  explicit WithThread(std::atomic<int>& refused) : refused_(refused) {}
  ~WithThread() override {
    if (thread_.joinable()) thread_.join();
  }
  void attach(GuestMemory& memory) override {
    thread_ = std::thread([this, &memory] {
      while (memory.install({next_, kPageSize}))
        next_ = (next_ + kPageSize) % memory.regions().front().length;
      ++refused_;
      (void)memory.installed(next_);
      memory.source().read_now(memory.regions().front());
    });
  }
  void on_fault(GuestMemory& memory, const PageFault& fault) override {
    (void)memory.install({fault.offset, kPageSize});
  }

 private:
  std::atomic<int>& refused_;
  std::uint64_t next_ = 0;
  std::thread thread_;
};

} // namespace

TEST_CASE("A page server's own thread is told of the guest's end, and has the memory until then",
          "[core]") {
  constexpr int kRounds = 40;
  std::atomic<int> refused{0};
  for (int round = 0; round < kRounds; ++round) {
    Served served(full_region(2 * kMiB), std::make_shared<WithThread>(refused), "with-thread");
    REQUIRE(served.attach());
    served.vm().send({Op::read, Order::random, 2, 1, 0, 2 * kMiB});
    std::this_thread::sleep_for(std::chrono::microseconds(100 * round));
    served.vm().kill();
    served.end_session();
    CHECK(refused == round + 1);
  }
}

TEST_CASE("Memory that was closed takes nothing more, and nobody is at it", "[core]") {
  std::atomic<int> refused{0};
  Served served(full_region(2 * kMiB), std::make_shared<WithThread>(refused), "with-thread");
  REQUIRE(served.attach());
  served.close_memory();
  const auto installed = served.stats().copied_bytes;
  std::this_thread::sleep_for(5ms);
  CHECK(served.stats().copied_bytes == installed);
  served.vm().kill();
  CHECK(served.failure() == "");
  served.end_session();
  CHECK(refused == 1);
}
