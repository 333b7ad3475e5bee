#include "run/patience.hpp"

#include <sys/syscall.h>
#include <unistd.h>
#include <csignal>

namespace dhg::run {

Patience::Patience(const Watch& watch)
    : watch_(watch), thread_([this] {
        seen_ = await_readable(over_.fd(), watch_);
        if (seen_.stopped == Stopped::signal || seen_.stopped == Stopped::timeout)
          syscall(SYS_pidfd_send_signal, watch_.vmm, SIGKILL, nullptr, 0);
      }) {}

Patience::~Patience() {
  if (thread_.joinable()) (void)end();
}

ExchangeEnd Patience::end() {
  over_.set();
  thread_.join();
  // That the VMM ended is told by the call itself, with the reason.
  return seen_.stopped == Stopped::vm_ended ? ExchangeEnd{} : seen_;
}

} // namespace dhg::run
