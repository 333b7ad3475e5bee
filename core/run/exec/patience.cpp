#include "run/exec/patience.hpp"

#include "dhg/error.hpp"
#include "os/event_fd.hpp"
#include "os/process.hpp"

#include <thread>

namespace dhg::run {
namespace {

class Patience {
 public:
  explicit Patience(const Watch& watch)
      : watch_(watch), thread_([this] {
          seen_ = await_readable(over_.fd(), watch_);
          if (seen_.stopped == Stopped::signal || seen_.stopped == Stopped::timeout)
            os::kill_process(watch_.vmm);
        }) {}
  ~Patience() {
    if (thread_.joinable()) (void)end();
  }
  Patience(const Patience&) = delete;
  Patience& operator=(const Patience&) = delete;

  // The call is over. @return what was seen meanwhile
  ExchangeEnd end() {
    over_.set();
    thread_.join();
    // That the VMM ended is told by the call itself, with the reason.
    return seen_.stopped == Stopped::vm_ended ? ExchangeEnd{} : seen_;
  }

 private:
  const Watch& watch_;
  os::EventFd over_;
  ExchangeEnd seen_;
  std::thread thread_; // last: uses all of the above
};

} // namespace

ExchangeEnd patiently(const Watch& watch, const std::function<void()>& call) {
  Patience patience(watch);
  try {
    call();
  } catch (const Error&) {
    if (const auto end = patience.end(); end.stopped != Stopped::no) return end;
    throw;
  }
  return patience.end();
}

} // namespace dhg::run
