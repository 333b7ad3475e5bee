#include "memory/call_watch.hpp"

#include "os/readiness.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace dhg::memory {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

} // namespace

CallWatch::CallWatch(const char* callee, CallLimits limits, std::function<std::uint64_t()> progress,
                     std::function<void(const std::string&)> overdue)
    : callee_(callee),
      limits_(limits),
      progress_(std::move(progress)),
      overdue_(std::move(overdue)),
      thread_([this] { watch(); }) {}

CallWatch::~CallWatch() {
  over_.set();
  thread_.join();
}

const char* CallWatch::name_of(Call call) noexcept {
  switch (call) {
    case Call::preload:
      return "preload";
    case Call::attach:
      return "attach";
    case Call::on_fault:
      return "on_fault";
    case Call::on_idle:
      return "on_idle";
  }
  return "a call";
}

void CallWatch::enter(Call call) noexcept {
  call_.store(call, std::memory_order_relaxed);
  changes_.store(changes_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
}

void CallWatch::leave() noexcept {
  changes_.store(changes_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
}

std::string CallWatch::current() const {
  const bool running = changes_.load(std::memory_order_acquire) % 2 == 1;
  return running ? name_of(call_.load(std::memory_order_relaxed)) : "";
}

// Counts steps and not time: while this process is stopped (SIGSTOP, a suspended
// host) time goes on, and nothing else does.
void CallWatch::watch() {
  const auto step = std::min<milliseconds>(1s, std::min(limits_.running, limits_.before_run) / 4);
  std::uint64_t change = 0;
  std::uint64_t progress = 0;
  milliseconds without{0};
  for (;;) {
    if (os::await_one(over_.fd(), deadline_in(step))) return;
    const auto change_now = changes_.load(std::memory_order_acquire);
    const auto progress_now = progress_();
    without += step;
    if (change_now % 2 == 0 || change_now != change || progress_now != progress) without = 0ms;
    change = change_now;
    progress = progress_now;
    const auto call = call_.load(std::memory_order_relaxed);
    const bool running = call == Call::on_fault || call == Call::on_idle;
    const auto limit = running ? limits_.running : limits_.before_run;
    if (without < limit) continue;
    overdue_(fmt::format("did not return from {} within {} s", name_of(call),
                         std::chrono::duration<double>(limit).count()));
    return;
  }
}

} // namespace dhg::memory
