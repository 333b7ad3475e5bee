#include "memory/colocation.hpp"

#include "os/event_fd.hpp"

#include <poll.h>
#include <unistd.h>
#include <atomic>
#include <catch2/catch_all.hpp>
#include <thread>

using namespace dhg;
using memory::Colocation;

namespace {

// A thread that does nothing.
class Other {
 public:
  Other()
      : thread_([this] {
          id_ = gettid();
          id_.notify_one();
          pollfd over{over_.fd(), POLLIN, 0};
          poll(&over, 1, -1);
        }) {
    id_.wait(0);
  }
  ~Other() {
    over_.set();
    thread_.join();
  }
  Other(const Other&) = delete;
  Other& operator=(const Other&) = delete;

  [[nodiscard]] pid_t id() const { return id_; }

 private:
  os::EventFd over_;
  std::atomic<pid_t> id_ = 0;
  std::thread thread_;
};

cpu_set_t processors_of(pid_t thread) {
  cpu_set_t set;
  CPU_ZERO(&set);
  REQUIRE(sched_getaffinity(thread, sizeof set, &set) == 0);
  return set;
}

bool same(const cpu_set_t& a, const cpu_set_t& b) { return CPU_EQUAL(&a, &b); }

bool expires(int timer) {
  pollfd expired{timer, POLLIN, 0};
  return poll(&expired, 1, 1000) == 1;
}

} // namespace

TEST_CASE("The second fault in a row keeps both threads on one processor", "[colocation]") {
  const Other other;
  const auto before = processors_of(0);
  Colocation colocation;
  colocation.follow(other.id());
  CHECK_FALSE(colocation.active());
  CHECK(same(processors_of(other.id()), before));

  colocation.follow(other.id());
  CHECK(colocation.active());
  const auto bound = processors_of(0);
  CHECK(CPU_COUNT(&bound) == 1);
  CHECK(same(processors_of(other.id()), bound));

  colocation.release();
  CHECK_FALSE(colocation.active());
  CHECK(same(processors_of(0), before));
  CHECK(same(processors_of(other.id()), before));
}

TEST_CASE("Threads are let go when a while has passed without a fault", "[colocation]") {
  const Other other;
  const auto before = processors_of(0);
  Colocation colocation;
  for (int fault = 0; fault < 2; ++fault) colocation.follow(other.id());
  CHECK(expires(colocation.timer()));
  colocation.tick();
  CHECK(colocation.active()); // both faults came before that
  CHECK(expires(colocation.timer()));
  colocation.tick();
  CHECK_FALSE(colocation.active());
  CHECK(same(processors_of(other.id()), before));
  // And nothing wakes anybody until there are faults again.
  pollfd expired{colocation.timer(), POLLIN, 0};
  CHECK(poll(&expired, 1, 10) == 0);
  colocation.follow(other.id());
  CHECK(colocation.active());
  CHECK(expires(colocation.timer()));
}

TEST_CASE("Threads that fault in turns are bound ever more rarely, until the burst is over",
          "[colocation]") {
  const Other first;
  const Other second;
  Colocation colocation;
  int bound = 0;
  for (int turn = 0; turn < 200; ++turn) {
    const auto thread = turn % 2 == 0 ? first.id() : second.id();
    for (int fault = 0; fault < 2; ++fault) colocation.follow(thread);
    if (colocation.active()) ++bound;
  }
  CHECK(bound == 1); // of 200 pairs
  // One of them goes on alone: that is worth it.
  for (int fault = 0; fault < 4; ++fault) colocation.follow(first.id());
  CHECK(colocation.active());
  // It was let go for good reason, after many faults: the next begins anew.
  for (int fault = 0; fault < 20; ++fault) colocation.follow(first.id());
  for (int fault = 0; fault < 2; ++fault) colocation.follow(second.id());
  CHECK(colocation.active());
}

TEST_CASE("After a pause two faults in a row are enough again", "[colocation]") {
  const Other first;
  const Other second;
  Colocation colocation;
  for (const pid_t thread : {first.id(), first.id(), second.id(), second.id()})
    colocation.follow(thread);
  CHECK_FALSE(colocation.active());
  for (int ticks = 0; ticks < 2; ++ticks) {
    CHECK(expires(colocation.timer()));
    colocation.tick();
  }
  for (int fault = 0; fault < 2; ++fault) colocation.follow(first.id());
  CHECK(colocation.active());
}

TEST_CASE("A thread that is not known, or has ended, is not followed", "[colocation]") {
  pid_t gone = 0;
  {
    const Other other;
    gone = other.id();
  }
  const auto before = processors_of(0);
  Colocation colocation;
  for (const pid_t thread : {pid_t{0}, pid_t{0}, gone, gone}) {
    colocation.follow(thread);
    CHECK_FALSE(colocation.active());
    CHECK(same(processors_of(0), before));
  }
}
