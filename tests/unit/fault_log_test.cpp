#include "memory/fault_log.hpp"

#include "fake_vm.hpp"
#include "memory/memory_session.hpp"
#include "memory_file.hpp"

#include <poll.h>
#include <catch2/catch_all.hpp>

using namespace dhg;
using namespace std::chrono_literals;
using memory::FaultLog;

namespace {

constexpr std::uint64_t kPages = 16;

// One page a fault, and one page in the background when nothing waits.
class TwoAtATime final : public PageServer {
 public:
  void on_fault(GuestMemory& memory, const PageFault& fault) override {
    (void)memory.install({fault.offset, kPageSize});
  }
  bool on_idle(GuestMemory& memory) override {
    if (done_) return false;
    done_ = true;
    (void)memory.install({(kPages - 1) * kPageSize, kPageSize});
    return true;
  }

 private:
  bool done_ = false;
};

// The first half of the memory is data; the guest reads all but its last page.
void run_guest(FaultLog* log) {
  const fakes::MemoryFile file(kPages * kPageSize, {{0, kPages / 2 * kPageSize}});
  const memory::FilePageSource source(file.path());
  timing::Timeline timeline;
  calls::Supervisor supervisor;
  memory::MemorySession session(source, std::make_shared<TwoAtATime>(), "two", timeline, supervisor,
                                {}, nullptr, log);
  fakes::FakeVm vm(file.path(), MemoryBacking::userfaultfd, {{0, kPages * kPageSize}});
  session.vmm_started(vm.take_handoff(), vm.process_fd(), deadline_in(5s));
  pollfd attached{session.attached_fd(), POLLIN, 0};
  REQUIRE(poll(&attached, 1, 5000) == 1);
  const auto reply =
      vm.run({fakes::Op::read, fakes::Order::sequential, 1, 0, 0, (kPages - 1) * kPageSize});
  REQUIRE(reply);
  CHECK(reply->pages == kPages - 1);
  vm.kill();
}

} // namespace

TEST_CASE("fault log: every fault with its page, what was done, and when") {
  FaultLog log(100);
  const auto before = timing::Clock::now();
  run_guest(&log);
  std::uint64_t faults = 0;
  std::uint64_t background = 0;
  auto last = before;
  for (const auto& event : log.events()) {
    CHECK(event.begin >= last);
    CHECK(event.end >= event.begin);
    last = event.end;
    if (event.kind == FaultLog::Kind::background) {
      ++background;
      CHECK(event.zeroed_bytes == kPageSize);
      continue;
    }
    CHECK(event.page.offset == faults * kPageSize);
    CHECK(event.copied_bytes == (faults < kPages / 2 ? kPageSize : 0));
    CHECK(event.zeroed_bytes == (faults < kPages / 2 ? 0 : kPageSize));
    ++faults;
  }
  CHECK(faults == kPages - 1);
  CHECK(background == 1);
  CHECK(log.dropped() == 0);
}

TEST_CASE("fault log: what does not fit is counted") {
  FaultLog log(3);
  run_guest(&log);
  CHECK(log.events().size() == 3);
  CHECK(log.dropped() == kPages - 3);
}

TEST_CASE("fault log: a session does without one") { run_guest(nullptr); }
