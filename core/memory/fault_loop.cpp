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

// Faults come in bursts; after so long without one, the burst is over.
constexpr int kBurstGapMs = 3;

enum class Wait { messages, nothing, ended };

// What the loop waits for. With epoll, for a poll of three descriptors costs a fault
// some 5 % more.
class Waiter {
 public:
  Waiter(int userfaultfd, int vmm, int stop)
      : epoll_(epoll_create1(EPOLL_CLOEXEC)), userfaultfd_(userfaultfd) {
    for (const int fd : {userfaultfd, vmm, stop}) {
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.fd = fd;
      if (!epoll_ || epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0)
        throw system_error(errno, "cannot wait for page faults");
    }
  }

  /// @param timeout in milliseconds; -1: none
  Wait wait(ManagedMemory& memory, int timeout) const {
    std::array<epoll_event, 3> events;
    const int ready = epoll_wait(epoll_.get(), events.data(), events.size(), timeout);
    if (ready == 0 || (ready < 0 && errno == EINTR)) return Wait::nothing;
    if (ready < 0) {
      memory.fail(fmt::format("cannot wait for page faults: {}", std::strerror(errno)));
      return Wait::ended;
    }
    for (int i = 0; i < ready; ++i) {
      const auto& event = events[static_cast<std::size_t>(i)];
      if (event.data.fd != userfaultfd_) return Wait::ended;
      if ((event.events & (EPOLLERR | EPOLLHUP)) != 0) {
        memory.fail("the userfaultfd was closed under the fault loop");
        return Wait::ended;
      }
    }
    return Wait::messages;
  }

 private:
  const UniqueFd epoll_;
  const int userfaultfd_;
};

// Looks for messages and for the end of the run; `sleep`: until there is one of them.
Wait await_work(const Waiter& waiter, ManagedMemory& memory, Colocation& colocation, bool sleep) {
  for (;;) {
    const int timeout = !sleep ? 0 : colocation.active() ? kBurstGapMs : -1;
    const auto result = waiter.wait(memory, timeout);
    if (result != Wait::nothing || !sleep) return result;
    colocation.release();
  }
}

} // namespace

// A fault costs three system calls: epoll_wait, read, and the ioctl that serves it.
void run_fault_loop(ManagedMemory& memory, PageServer& server, CallWatch& watch, int vmm,
                    int stop) {
  const Waiter waiter(memory.userfaultfd(), vmm, stop);
  Colocation colocation;
  bool background = true;
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
    switch (await_work(waiter, memory, colocation, !background)) {
      case Wait::messages:
        if (!memory.read_messages()) return;
        break;
      case Wait::nothing:
        break;
      case Wait::ended:
        return;
    }
  }
}

} // namespace dhg::memory
