#include "memory/fault_loop.hpp"

#include "dhg/page_server.hpp"
#include "memory/colocation.hpp"
#include "os/edge_waiter.hpp"

#include <fmt/format.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <span>

namespace dhg::memory {
namespace {

// So often the loop looks for the next fault only, and not for the end of the run too.
constexpr int kMostReadsWithoutWait = 64;

enum class Wait { messages, tick, nothing, ended };

// What the loop waits for. With epoll, for a poll of so many descriptors costs a fault
// some 5 % more. Whoever is told of messages reads all of them.
class Waiter {
 public:
  Waiter(const ManagedMemory& memory, int timer, int vmm, int stop)
      : userfaultfd_(memory.userfaultfd()),
        news_(memory.news()),
        timer_(timer),
        waiter_(std::array{userfaultfd_, news_, timer, vmm, stop}) {}

  /// @param sleep until there is something
  Wait wait(ManagedMemory& memory, bool sleep) const {
    os::EdgeWaiter::Events events;
    const auto ready = waiter_.wait(events, sleep);
    if (!ready) {
      memory.fail(fmt::format("cannot wait for page faults: {}", std::strerror(errno)));
      return Wait::ended;
    }
    auto result = Wait::nothing;
    for (const auto& event : std::span(events).first(*ready)) {
      if (event.fd == timer_) {
        if (result == Wait::nothing) result = Wait::tick;
        continue;
      }
      if (event.fd == news_) continue; // to be seen in the memory itself
      if (event.fd != userfaultfd_) return Wait::ended;
      if (event.broken) {
        memory.fail("the userfaultfd was closed under the fault loop");
        return Wait::ended;
      }
      result = Wait::messages;
    }
    return result;
  }

 private:
  const int userfaultfd_;
  const int news_;
  const int timer_;
  const os::EdgeWaiter waiter_;
};

} // namespace

// A fault costs two system calls, read and the ioctl that serves it, or three: the kernel
// lets the guest go on within the ioctl, and when the loop has the processor again, the
// next fault is mostly there, so it need not wait for it.
void run_fault_loop(ManagedMemory& memory, PageServer& server, CallWatch& watch, int vmm,
                    int stop) {
  Colocation colocation;
  const Waiter waiter(memory, colocation.timer(), vmm, stop);
  bool background = true;
  int reads_without_wait = 0;
  while (!memory.ended()) {
    bool served = false;
    for (ReadFault fault; memory.take_fault(fault);) {
      // What copies in the background shall not do it on the guest's processor.
      if (background) {
        colocation.release();
      } else {
        colocation.follow(fault.thread);
      }
      const CallWatch::Running call(watch, CallWatch::Call::on_fault);
      if (!memory.serve(server, fault.page)) return;
      served = true;
    }
    // With work pending, look for another fault before the next step of it.
    if (served != background) {
      const CallWatch::Running call(watch, CallWatch::Call::on_idle);
      background = memory.work_ahead(server);
    }
    if (served && colocation.active() && ++reads_without_wait < kMostReadsWithoutWait) {
      if (!memory.read_messages()) return;
      continue;
    }
    reads_without_wait = 0;
    // The last step of background work may have read faults, for which nobody is woken.
    switch (waiter.wait(memory, !background && !memory.fault_waits())) {
      case Wait::messages:
        if (!memory.read_messages()) return;
        break;
      case Wait::tick:
        colocation.tick();
        break;
      case Wait::nothing:
        break;
      case Wait::ended:
        return;
    }
  }
}

} // namespace dhg::memory
