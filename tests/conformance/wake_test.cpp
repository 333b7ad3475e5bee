// A fault that was read is served, whoever read it; and whoever ends the run ends it now.

#include "fixture.hpp"
#include "gated.hpp"
#include "scripted.hpp"

#include <sched.h>
#include <atomic>
#include <catch2/catch_all.hpp>
#include <chrono>
#include <future>
#include <thread>
#include <vector>

using namespace dhg;
using namespace dhg::conformance;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using fakes::Op;
using fakes::Order;

namespace {

constexpr ByteRange kElsewhere{kMiB, kPageSize};

// Two threads' faults and a removal wait. Whoever installs something meanwhile has to read
// all three, and the kernel tells nobody a second time.
void expect_served_after(Gated& gated, Served& served, std::uint32_t removal_first) {
  gated.await_held();
  const ByteRange removed{64 * kKiB, 5 * kPageSize};
  REQUIRE(served.vm().run(
      {Op::begin_removal, Order::sequential, 2, removal_first, removed.offset, removed.length}));
  gated.open();
  const auto reply = served.vm().run({Op::end_removal});
  INFO(served.failure());
  REQUIRE(reply);
  CHECK(reply->wrong == 0);
  CHECK(reply->pages == 2);
}

// Every thread that calls this runs on one processor.
void stay_on_one_processor() {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(static_cast<unsigned>(sched_getcpu()), &one);
  static const cpu_set_t chosen = one;
  sched_setaffinity(0, sizeof chosen, &chosen);
}

} // namespace

TEST_CASE("Faults that are read by the last step of background work are served", "[core]") {
  const std::uint32_t removal_first = GENERATE(0, 1);
  Scripted server;
  server.idling = [](auto& memory) {
    (void)memory.install(kElsewhere);
    return false; // and nothing more is to do
  };
  Gated gated(lent(server), Gated::Point::idle);
  Served served(full_region(2 * kMiB), gated, "scripted");
  expect_served_after(gated, served, removal_first);
}

TEST_CASE("Faults that are read while the page server attaches are served", "[core]") {
  const std::uint32_t removal_first = GENERATE(0, 1);
  Scripted server;
  server.attaching = [](auto& memory) { (void)memory.install(kElsewhere); };
  Gated gated(lent(server), Gated::Point::attach);
  Served served(full_region(2 * kMiB), gated, "scripted");
  expect_served_after(gated, served, removal_first);
}

TEST_CASE("Faults that a page server's own thread reads are served while the fault loop sleeps",
          "[core]") {
  // The kernel wakes the fault loop too, but when that comes to look, the other thread has
  // read all there was: it has the processor, and the fault loop has it last.
  Scripted server;
  std::atomic<GuestMemory*> memory = nullptr;
  server.attaching = [&](auto& attached) { memory = &attached; };
  server.idling = [](auto&) {
    stay_on_one_processor();
    const sched_param none{};
    sched_setscheduler(0, SCHED_IDLE, &none);
    return false;
  };
  // Two regions: the fake VMM does not tell who faulted then, and nobody is colocated. In the
  // second there is always a page that is missing.
  const ByteRange guests{0, 256 * kKiB};
  const ByteRange installers{guests.end(), 512 * kMiB};
  const Layout layout{"two", installers.end(), {guests}, {guests, installers}};
  Served served(layout, server, "scripted");
  REQUIRE(served.attach());
  {
    const std::jthread installer([&](const std::stop_token& over) {
      stay_on_one_processor();
      ByteRange page{installers.offset, kPageSize};
      while (!over.stop_requested()) {
        const auto until = std::chrono::steady_clock::now() + 2ms;
        for (; std::chrono::steady_clock::now() < until && page.offset < installers.end();
             page.offset += kPageSize)
          if (!memory.load()->install(page)) return;
        std::this_thread::sleep_for(1ms);
      }
    });
    const auto reply =
        served.vm().run({Op::churn, Order::sequential, 2, 7, guests.offset, guests.length, 500});
    INFO(served.failure());
    CHECK(reply);
    if (reply) CHECK(reply->wrong == 0);
    if (!reply) served.vm().kill();
  }
  CHECK(served.failure() == "");
}

TEST_CASE("A mistake of a page server's own thread ends the run while the fault loop sleeps",
          "[core]") {
  Scripted server;
  std::atomic<GuestMemory*> memory = nullptr;
  std::promise<void> idle;
  server.attaching = [&](auto& attached) { memory = &attached; };
  server.idling = [&](auto&) {
    idle.set_value(); // once only: no fault is served
    return false;
  };
  Served served(full_region(kMiB), server, "scripted");
  idle.get_future().wait();
  std::this_thread::sleep_for(20ms); // it sleeps by then, or else this shows nothing
  CHECK_FALSE(memory.load()->install({1, 1}));
  CHECK(served.vmm_dies());
  CHECK_THAT(served.failure(), ContainsSubstring("not a range of whole pages"));
}

TEST_CASE("Page servers whose own threads install all the time do not keep faults waiting",
          "[core]") {
  Scripted server;
  std::atomic<GuestMemory*> memory = nullptr;
  server.attaching = [&](auto& attached) { memory = &attached; };
  Served served(full_region(2 * kMiB), server, "scripted");
  REQUIRE(served.attach());
  {
    std::vector<std::jthread> installers;
    for (int i = 0; i < 6; ++i)
      installers.emplace_back([&](const std::stop_token& over) {
        while (!over.stop_requested() && memory.load()->install({kMiB, kMiB})) {
        }
      });
    // Each of these faults has to be read and served between what the others install.
    CHECK(served.read_and_compare({0, kMiB}, Order::random, 2) == "");
    if (!served.failure().empty() || served.stats().faults < kMiB / kPageSize) served.vm().kill();
  }
  CHECK(served.failure() == "");
  CHECK(served.stats().faults == kMiB / kPageSize);
}
