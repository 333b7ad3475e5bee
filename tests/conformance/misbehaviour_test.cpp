// Page servers that break their contract end the run with their name; none can
// hang or corrupt a guest.

#include "fixture.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <functional>
#include <stdexcept>

using namespace dhg;
using namespace dhg::conformance;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using fakes::Op;
using fakes::Order;

namespace {

// Does what a test tells it; where it tells nothing, what is right.
class Scripted final : public PageServer {
 public:
  std::function<void(const PageSource&)> preloading;
  std::function<void(GuestMemory&)> attaching;
  std::function<void(GuestMemory&, const PageFault&)> faulting;
  std::function<bool(GuestMemory&)> idling;

  void preload(const PageSource& source) override {
    if (preloading) preloading(source);
  }
  void attach(GuestMemory& memory) override {
    if (attaching) attaching(memory);
  }
  void on_fault(GuestMemory& memory, const PageFault& fault) override {
    if (faulting) return faulting(memory, fault);
    (void)memory.install({fault.offset, kPageSize});
  }
  bool on_idle(GuestMemory& memory) override { return idling && idling(memory); }
};

void expect_failure(Scripted& server, const std::string& reason) {
  Served served(full_region(kMiB), server, "scripted");
  if (served.attach()) served.vm().send({Op::read, Order::sequential, 1, 0, 0, kMiB});
  CHECK(served.vmm_dies());
  CHECK_THAT(served.failure(), Contains("scripted"));
  CHECK_THAT(served.failure(), Contains(reason));
}

} // namespace

TEST_CASE("misbehaviour: returns without installing the page") {
  Scripted server;
  server.faulting = [](auto&, const auto&) {};
  expect_failure(server, "without installing");
}

TEST_CASE("misbehaviour: installs another page") {
  Scripted server;
  server.faulting = [](auto& memory, const auto& fault) {
    (void)memory.install({fault.offset + kPageSize, kPageSize});
  };
  expect_failure(server, "without installing");
}

TEST_CASE("misbehaviour: throws") {
  Scripted server;
  SECTION("in preload") {
    server.preloading = [](const auto&) { throw std::runtime_error("no luck"); };
    Served served(full_region(kMiB), server, "scripted");
    CHECK_FALSE(served.attach());
    CHECK_THAT(served.failure(), Contains("scripted") && Contains("no luck"));
    return;
  }
  SECTION("in attach") {
    server.attaching = [](auto&) { throw std::runtime_error("no luck"); };
  }
  SECTION("on a fault") {
    server.faulting = [](auto&, const auto&) { throw std::runtime_error("no luck"); };
  }
  SECTION("when idle") {
    server.idling = [](auto&) -> bool { throw std::runtime_error("no luck"); };
  }
  expect_failure(server, "no luck");
}

TEST_CASE("misbehaviour: throws what is no std::exception") {
  Scripted server;
  SECTION("in attach") {
    server.attaching = [](auto&) { throw 42; };
  }
  SECTION("on a fault") {
    server.faulting = [](auto&, const auto&) { throw 42; };
  }
  SECTION("when idle") {
    server.idling = [](auto&) -> bool { throw 42; };
  }
  expect_failure(server, "exception");
}

TEST_CASE("misbehaviour: asks for what is no range of guest memory") {
  const auto range =
      GENERATE(ByteRange{kMiB, kPageSize}, ByteRange{0, kMiB + kPageSize}, ByteRange{1, kPageSize},
               ByteRange{0, 100}, ByteRange{0, 0}, ByteRange{~UINT64_C(0) - 4095, kPageSize},
               ByteRange{kPageSize, ~UINT64_C(0) - 4095});
  std::atomic<bool> accepted{false};
  Scripted server;
  SECTION("on a fault") {
    server.faulting = [&](auto& memory, const auto&) { accepted = memory.install(range); };
  }
  SECTION("in attach") {
    server.attaching = [&](auto& memory) { accepted = memory.install(range); };
  }
  expect_failure(server, "not a range of whole pages");
  CHECK_FALSE(accepted);
}

TEST_CASE("misbehaviour: goes on although it was told that the run is over") {
  Scripted server;
  server.faulting = [](auto& memory, const auto&) {
    for (int i = 0; i < 1000; ++i) (void)memory.install({1, 1});
  };
  expect_failure(server, "not a range of whole pages");
}

TEST_CASE("misbehaviour: a slow one is only slow") {
  Scripted server;
  server.faulting = [](auto& memory, const auto& fault) {
    std::this_thread::sleep_for(20ms);
    (void)memory.install({fault.offset, kPageSize});
  };
  Served served(full_region(16 * kPageSize), server, "scripted");
  REQUIRE(served.attach());
  CHECK(served.read_and_compare({0, 16 * kPageSize}, Order::random, 2) == "");
}

TEST_CASE("misbehaviour: background work without end does not keep a session alive") {
  Scripted server;
  server.idling = [](auto&) { return true; };
  Served served(full_region(kMiB), server, "scripted");
  REQUIRE(served.attach());
  CHECK(served.read_and_compare({0, kMiB}, Order::random) == "");
  served.vm().kill();
  const auto before = std::chrono::steady_clock::now();
  served.end_session();
  CHECK(std::chrono::steady_clock::now() - before < 1s);
}

TEST_CASE("misbehaviour: background work is asked for until there is none, and after a fault") {
  std::atomic<int> asked{0};
  Scripted server;
  server.idling = [&](auto& memory) {
    const auto step = static_cast<std::uint64_t>(asked++);
    return step < 8 && memory.install({step * kPageSize, kPageSize});
  };
  Served served(full_region(kMiB), server, "scripted");
  REQUIRE(served.attach());
  CHECK(served.read_and_compare({0, kMiB}, Order::random) == "");
  CHECK(asked > 8);
  CHECK(served.failure() == "");
}
