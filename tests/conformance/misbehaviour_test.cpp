// Page servers that break their contract end the run with their name; none can
// hang or corrupt a guest.

#include "fixture.hpp"
#include "os/event_fd.hpp"
#include "scripted.hpp"

#include <sys/wait.h>
#include <unistd.h>
#include <atomic>
#include <catch2/catch_all.hpp>
#include <future>
#include <stdexcept>

using namespace dhg;
using namespace dhg::conformance;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using fakes::Op;
using fakes::Order;

namespace {

void expect_failure(Scripted& server, const std::string& reason) {
  Served served(full_region(kMiB), server, "scripted");
  if (served.attach()) served.vm().send({Op::read, Order::sequential, 1, 0, 0, kMiB});
  CHECK(served.vmm_dies());
  CHECK_THAT(served.failure(), ContainsSubstring("scripted"));
  CHECK_THAT(served.failure(), ContainsSubstring(reason));
}

} // namespace

TEST_CASE("A page server that returns without installing the page ends the run with its name",
          "[core]") {
  Scripted server;
  server.faulting = [](auto&, const auto&) {};
  expect_failure(server, "without installing");
}

TEST_CASE(
    "A page server that installs another page than the one asked for ends the run with its name",
    "[core]") {
  Scripted server;
  server.faulting = [](auto& memory, const auto& fault) {
    (void)memory.install({fault.offset + kPageSize, kPageSize});
  };
  expect_failure(server, "without installing");
}

TEST_CASE("An exception of a page server ends the run with its name and the exception's text",
          "[core]") {
  Scripted server;
  SECTION("in preload") {
    server.preloading = [](const auto&) { throw std::runtime_error("no luck"); };
    Served served(full_region(kMiB), server, "scripted");
    CHECK_FALSE(served.attach());
    CHECK_THAT(served.failure(), ContainsSubstring("scripted") && ContainsSubstring("no luck"));
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

TEST_CASE("A page server that throws what is no std::exception ends the run with its name",
          "[core]") {
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

TEST_CASE("A page server that asks for what is no range of guest memory ends the run with its name",
          "[core]") {
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

TEST_CASE("A page server that goes on although the run is over does no harm", "[core]") {
  Scripted server;
  server.faulting = [](auto& memory, const auto&) {
    for (int i = 0; i < 1000; ++i) (void)memory.install({1, 1});
  };
  expect_failure(server, "not a range of whole pages");
}

TEST_CASE("A slow page server is only slow", "[core]") {
  Scripted server;
  server.faulting = [](auto& memory, const auto& fault) {
    std::this_thread::sleep_for(20ms);
    (void)memory.install({fault.offset, kPageSize});
  };
  Served served(full_region(16 * kPageSize), server, "scripted");
  REQUIRE(served.attach());
  CHECK(served.read_and_compare({0, 16 * kPageSize}, Order::random, 2) == "");
}

TEST_CASE("Background work without end does not keep a session alive", "[core]") {
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

TEST_CASE("Background work is asked for until there is none, and again after a fault", "[core]") {
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

TEST_CASE("A page server that does not return from a call ends the run with its name and the call",
          "[core]") {
  std::promise<void> given_up; // lets the call return in the end, for the test's own sake
  const auto hang = [end = given_up.get_future().share()] { end.wait(); };
  Scripted server;
  std::string call;
  SECTION("preload") {
    call = "preload";
    server.preloading = [&](const auto&) { hang(); };
  }
  SECTION("attach") {
    call = "attach";
    server.attaching = [&](auto&) { hang(); };
  }
  SECTION("on_fault") {
    call = "on_fault";
    server.faulting = [&](auto&, const auto&) { hang(); };
  }
  SECTION("on_idle") {
    call = "on_idle";
    server.idling = [&](auto&) {
      hang();
      return false;
    };
  }
  Served served(full_region(kMiB), server, "scripted", {200ms, 100ms});
  served.vm().send({Op::read, Order::sequential, 1, 0, 0, kMiB});
  CHECK(served.vmm_dies());
  CHECK_THAT(served.failure(), ContainsSubstring("'scripted' did not return from " + call));
  given_up.set_value();
}

TEST_CASE("A page server that takes longer than the limit but goes on installing is not ended",
          "[core]") {
  Scripted server;
  server.attaching = [](auto& memory) {
    for (std::uint64_t page = 0; page < 16; ++page) {
      std::this_thread::sleep_for(30ms);
      if (!memory.install({page * kPageSize, kPageSize})) return;
    }
  };
  Served served(full_region(kMiB), server, "scripted", {200ms, 200ms});
  CHECK(served.attach());
  CHECK(served.failure() == "");
  CHECK(served.read_and_compare({0, kMiB}, Order::random) == "");
}

TEST_CASE("The process is left, with the reason, when a page server's call outlives the VM",
          "[core]") {
  const bool with_words = GENERATE(true, false);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    Scripted server;
    os::EventFd entered;
    server.faulting = [&](auto&, const auto&) {
      entered.set();
      for (;;) pause();
    };
    Served served(full_region(kMiB), server, "scripted");
    os::SignalFd signals;
    const os::Ear ear(signals);
    std::optional<calls::Supervisor::Attention> attention;
    if (with_words)
      attention.emplace(served.supervisor(), ear, [](const std::string& reason, const auto&) {
        _exit(reason ==
                      "page server 'scripted' did not return from on_fault although the VM has "
                      "ended"
                  ? 99
                  : 1);
      });
    if (!served.attach()) _exit(2);
    served.vm().send({Op::read, Order::sequential, 1, 0, 0, kMiB});
    if (!readable_within(entered.fd(), 10s)) _exit(4); // it waits for the page
    served.vm().kill();
    served.end_session();
    _exit(3);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == (with_words ? 99 : 125));
}
