#include "memory/colocation.hpp"

#include "os/event_fd.hpp"

#include <poll.h>
#include <unistd.h>
#include <atomic>
#include <catch2/catch.hpp>
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
