// However either side ends, nobody hangs, and a reason is told only where there
// is one.

#include "fixture.hpp"

#include <catch2/catch.hpp>

using namespace dhg;
using namespace dhg::conformance;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using fakes::Op;
using fakes::Order;

TEST_CASE("page servers: a memory file that is cut short ends the VM with a reason") {
  for (auto& server : lazy_page_servers()) {
    if (server.name == "eager") continue; // has copied all by then; see the next case
    INFO(server.name);
    Served served(full_region(6 * kMiB), *server.object, server.name);
    REQUIRE(served.attach());
    REQUIRE(served.read_and_compare({0, kMiB}, Order::sequential) == "");
    served.file().truncate(4 * kMiB);
    served.vm().send({Op::read, Order::sequential, 1, 0, 4 * kMiB, kMiB});
    CHECK(served.vmm_dies());
    CHECK_THAT(served.failure(), Contains("memory file"));
  }
}

TEST_CASE("page servers: a memory file that is cut before the guest is there") {
  for (auto& server : lazy_page_servers()) {
    INFO(server.name);
    const fakes::MemoryFile file(4 * kMiB, {{0, 4 * kMiB}});
    const memory::FilePageSource source(file.path());
    file.truncate(2 * kMiB);
    timing::Timeline timeline;
    memory::MemorySession session(source, *server.object, server.name, timeline);
    fakes::FakeVm vm(file.path(), MemoryBacking::userfaultfd, {{0, 2 * kMiB}});
    session.vmm_started(vm.take_handoff(), vm.process_fd(), deadline_in(3s));
    REQUIRE(readable_within(session.attached_fd(), 1s));
    CHECK_THAT(session.failure(), Contains("memory file"));
    vm.kill();
  }
}

TEST_CASE("page servers: the VMM is killed while its memory is served") {
  const int pages_before = GENERATE(0, 1, 200);
  for (auto& server : all_page_servers()) {
    INFO(server.name << " after " << pages_before << " pages");
    Served served(full_region(4 * kMiB), *server.object, server.name);
    REQUIRE(served.attach());
    if (pages_before > 0)
      REQUIRE(served.vm().run({Op::read, Order::random, 1, 1, 0,
                               static_cast<std::uint64_t>(pages_before) * kPageSize}));
    served.vm().send({Op::storm, Order::random, 3, 1, 0, 4 * kMiB});
    std::this_thread::sleep_for(2ms);
    served.vm().kill();
    served.end_session();
    SUCCEED("the session ended");
  }
}

TEST_CASE("page servers: no failure is invented when the VMM is killed") {
  for (auto& server : lazy_page_servers()) {
    for (int round = 0; round < 5; ++round) {
      INFO(server.name << " round " << round);
      Served served(full_region(4 * kMiB), *server.object, server.name);
      REQUIRE(served.attach());
      served.vm().send({Op::read, Order::random, 3, 1, 0, 4 * kMiB});
      std::this_thread::sleep_for(std::chrono::milliseconds(round));
      served.vm().kill();
      std::this_thread::sleep_for(10ms);
      CHECK(served.failure() == "");
    }
  }
}

TEST_CASE("page servers: the VMM exits by itself") {
  for (auto& server : all_page_servers()) {
    INFO(server.name);
    Served served(one_region(), *server.object, server.name);
    REQUIRE(served.attach());
    served.vm().send({Op::quit});
    CHECK(served.vmm_dies());
    CHECK(served.vm().process().wait(deadline_in(1s)) == 0);
    served.end_session();
  }
}

TEST_CASE("page servers: the VMM is killed while they attach") {
  for (auto& server : lazy_page_servers()) {
    INFO(server.name);
    Served served(full_region(16 * kMiB), *server.object, server.name);
    std::this_thread::sleep_for(1ms);
    served.vm().kill();
    served.end_session();
    SUCCEED("the session ended");
  }
}

TEST_CASE("page servers: a session that no VMM was started for ends") {
  for (auto& server : all_page_servers()) {
    INFO(server.name);
    const fakes::MemoryFile file(kMiB, {{0, kMiB}});
    const memory::FilePageSource source(file.path());
    timing::Timeline timeline;
    const memory::MemorySession session(source, *server.object, server.name, timeline);
    CHECK(session.failure() == "");
  }
}
