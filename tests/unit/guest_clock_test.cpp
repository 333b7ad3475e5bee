#include "timing/guest_clock.hpp"

#include <catch2/catch_all.hpp>

using namespace std::chrono_literals;
using dhg::timing::Clock;
using dhg::timing::estimate_offset;

namespace {

constexpr Clock::time_point kStart{100s};

} // namespace

TEST_CASE("guest clock: equal ways there and back give the offset exactly") {
  // Guest's 0 is host's 100 s + 30 ms; 10 ms there, 40 ms of work, 10 ms back.
  const auto offset = estimate_offset({kStart + 50ms, kStart + 110ms, 30ms, 70ms});
  REQUIRE(offset);
  CHECK(offset->guest_zero == kStart + 30ms);
  CHECK(offset->error == 10ms);
  CHECK(offset->to_host(30ms) == kStart + 60ms);
}

TEST_CASE("guest clock: the truth lies within the error, however unequal the ways are") {
  const auto truth = kStart - 5s;
  for (const auto there : {0ms, 1ms, 19ms, 20ms}) {
    const auto received = (kStart + there) - truth;
    const auto answered = received + 40ms;
    const auto offset = estimate_offset({kStart, kStart + 60ms, received, answered});
    REQUIRE(offset);
    CHECK(offset->guest_zero - offset->error <= truth);
    CHECK(truth <= offset->guest_zero + offset->error);
  }
}

TEST_CASE("guest clock: times that cannot be true give none") {
  CHECK_FALSE(estimate_offset({kStart, kStart + 10ms, 30ms, 70ms})); // longer than we waited
  CHECK_FALSE(estimate_offset({kStart, kStart + 10ms, 30ms, 29ms})); // backwards
}
