#pragma once

#include "calls/call.hpp"
#include "os/event_fd.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>

namespace dhg::memory {

/// How long a page server may take to return from a call in which it installs
/// nothing. Far above what a slow disk needs: who takes longer never returns.
struct CallLimits {
  std::chrono::milliseconds before_run{120'000}; ///< preload and attach
  std::chrono::milliseconds running{10'000};     ///< on_fault and on_idle: the guest waits
};

/// Notices that a page server does not return from a call. Costs the thread that
/// makes the calls a few stores each.
class CallWatch {
 public:
  /// @param callee see calls::callee()
  /// @param progress a number that changes with everything that is installed
  /// @param overdue called once, on a thread of its own, with what is overdue:
  ///   "did not return from on_fault within 10 s"
  CallWatch(const char* callee, CallLimits limits, std::function<std::uint64_t()> progress,
            std::function<void(const std::string&)> overdue);
  ~CallWatch();
  CallWatch(const CallWatch&) = delete;
  CallWatch& operator=(const CallWatch&) = delete;

  enum class Call : std::uint8_t { preload, attach, on_fault, on_idle };

  /// A call is being made, for as long as this lives. One at a time.
  class Running {
   public:
    Running(CallWatch& watch, Call call) noexcept
        : watch_(watch), mark_(watch.callee_, name_of(call)) {
      watch_.enter(call);
    }
    ~Running() { watch_.leave(); }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

   private:
    CallWatch& watch_;
    const calls::Mark mark_;
  };

  /// The call that is being made: "on_fault"; empty if there is none.
  [[nodiscard]] std::string current() const;

 private:
  [[nodiscard]] static const char* name_of(Call call) noexcept;
  void enter(Call call) noexcept;
  void leave() noexcept;
  void watch();

  const char* const callee_;
  const CallLimits limits_;
  const std::function<std::uint64_t()> progress_;
  const std::function<void(const std::string&)> overdue_;
  std::atomic<Call> call_{Call::preload};
  std::atomic<std::uint64_t> changes_{0}; // odd while a call is being made
  os::EventFd over_;
  std::thread thread_; // last: uses all of the above
};

} // namespace dhg::memory
