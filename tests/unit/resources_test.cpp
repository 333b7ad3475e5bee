#include "os/resources.hpp"

#include "dhg/process.hpp"

#include <sys/syscall.h>
#include <unistd.h>
#include <catch2/catch_all.hpp>
#include <vector>

using namespace dhg;
using namespace std::chrono_literals;

TEST_CASE("resources: this process's own, read by descriptor, are what getrusage tells") {
  std::vector<char> memory(8UL << 20, 1);
  const UniqueFd self(static_cast<int>(syscall(SYS_pidfd_open, getpid(), 0)));
  REQUIRE(self);
  const auto by_descriptor = os::resources_of(self.get());
  const auto own = os::own_resources();
  REQUIRE(by_descriptor);
  CHECK(own.peak_bytes >= memory.size());
  CHECK(by_descriptor->peak_bytes <= own.peak_bytes);
  CHECK(by_descriptor->peak_bytes >= memory.size());
  CHECK(by_descriptor->cpu_seconds <= own.cpu_seconds + 0.02);
  CHECK(by_descriptor->major_faults <= own.major_faults);
}

TEST_CASE("resources: of a process that is gone there are none") {
  ChildProcess child({"/bin/true", {}, {}, {}});
  REQUIRE(child.wait(deadline_in(5s)));
  CHECK_FALSE(os::resources_of(child.process_fd()));
  CHECK_FALSE(os::resources_of(-1));
}
