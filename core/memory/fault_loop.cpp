#include "memory/fault_loop.hpp"

#include "dhg/page_server.hpp"
#include "memory/colocation.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <array>
#include <cerrno>
#include <cstring>

namespace dhg::memory {
namespace {

// Faults come in bursts; after so long without one, the burst is over.
constexpr int kBurstGapMs = 3;

enum class Wait { messages, ended };

// Whether the run is over, without waiting.
bool over(int vmm, int stop) {
  std::array<pollfd, 2> fds{{{vmm, POLLIN, 0}, {stop, POLLIN, 0}}};
  return poll(fds.data(), fds.size(), 0) > 0;
}

// Sleeps until there are messages, or the run is over.
Wait sleep_until_work(ManagedMemory& memory, Colocation& colocation, int vmm, int stop) {
  std::array<pollfd, 3> fds{
      {{memory.userfaultfd(), POLLIN, 0}, {vmm, POLLIN, 0}, {stop, POLLIN, 0}}};
  for (;;) {
    const int ready = poll(fds.data(), fds.size(), colocation.active() ? kBurstGapMs : -1);
    if (ready > 0) break;
    if (ready == 0) colocation.release();
    if (ready == 0 || errno == EINTR) continue;
    memory.fail(fmt::format("cannot wait for page faults: {}", std::strerror(errno)));
    return Wait::ended;
  }
  if (fds[1].revents != 0 || fds[2].revents != 0) return Wait::ended;
  if ((fds[0].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) {
    memory.fail("the userfaultfd was closed under the fault loop");
    return Wait::ended;
  }
  return Wait::messages;
}

} // namespace

void run_fault_loop(ManagedMemory& memory, PageServer& server, CallWatch& watch, int vmm,
                    int stop) {
  Colocation colocation;
  bool more_in_background = true;
  while (!memory.ended()) {
    if (!memory.read_messages()) return;
    bool served = false;
    for (ReadFault fault; memory.take_fault(fault);) {
      colocation.follow(fault.thread);
      const CallWatch::Running call(watch, CallWatch::Call::on_fault);
      if (!memory.serve(server, fault.page)) return;
      served = true;
    }
    if (served) {
      more_in_background = true;
      continue;
    }
    if (more_in_background) {
      {
        const CallWatch::Running call(watch, CallWatch::Call::on_idle);
        more_in_background = memory.work_ahead(server);
      }
      if (over(vmm, stop)) return;
      continue;
    }
    if (sleep_until_work(memory, colocation, vmm, stop) == Wait::ended) return;
  }
}

} // namespace dhg::memory
