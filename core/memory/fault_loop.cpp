#include "memory/fault_loop.hpp"

#include "dhg/error.hpp"
#include "dhg/page_server.hpp"
#include "dhg/unique_fd.hpp"
#include "memory/colocation.hpp"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <array>
#include <cerrno>
#include <cstring>

namespace dhg::memory {
namespace {

// So often the loop looks for the next fault only, and not for the end of the run too.
constexpr int kMostReadsWithoutWait = 64;

enum class Wait { messages, tick, nothing, ended };

// What the loop waits for. With epoll, for a poll of so many descriptors costs a fault
// some 5 % more; and for what is new only, so that the kernel need not look again at the
// userfaultfd before it sleeps. Whoever is told of messages reads all of them.
class Waiter {
 public:
  Waiter(const ManagedMemory& memory, int timer, int vmm, int stop)
      : epoll_(epoll_create1(EPOLL_CLOEXEC)),
        userfaultfd_(memory.userfaultfd()),
        news_(memory.news()),
        timer_(timer) {
    for (const int fd : {userfaultfd_, news_, timer, vmm, stop}) {
      epoll_event event{};
      event.events = EPOLLIN | EPOLLET;
      event.data.fd = fd;
      if (!epoll_ || epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0)
        throw system_error(errno, "cannot wait for page faults");
    }
  }

  /// @param sleep until there is something
  Wait wait(ManagedMemory& memory, bool sleep) const {
    std::array<epoll_event, 5> events;
    const int ready = epoll_wait(epoll_.get(), events.data(), events.size(), sleep ? -1 : 0);
    if (ready < 0 && errno != EINTR) {
      memory.fail(fmt::format("cannot wait for page faults: {}", std::strerror(errno)));
      return Wait::ended;
    }
    auto result = Wait::nothing;
    for (int i = 0; i < ready; ++i) {
      const auto& event = events[static_cast<std::size_t>(i)];
      if (event.data.fd == timer_) {
        if (result == Wait::nothing) result = Wait::tick;
        continue;
      }
      if (event.data.fd == news_) continue; // to be seen in the memory itself
      if (event.data.fd != userfaultfd_) return Wait::ended;
      if ((event.events & (EPOLLERR | EPOLLHUP)) != 0) {
        memory.fail("the userfaultfd was closed under the fault loop");
        return Wait::ended;
      }
      result = Wait::messages;
    }
    return result;
  }

 private:
  const UniqueFd epoll_;
  const int userfaultfd_;
  const int news_;
  const int timer_;
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
