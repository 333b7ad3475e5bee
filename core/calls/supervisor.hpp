#pragma once

#include "calls/call.hpp"
#include "dhg/error.hpp"
#include "os/ear.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>

namespace dhg::calls {

/// What a call may take in which a plugin only computes, or looks at the host: far above what a
/// loaded machine needs.
inline constexpr std::chrono::seconds kCallLimit{30};
/// What is added to a deadline that the plugin was given itself.
inline constexpr std::chrono::seconds kDeadlineGrace{10};

/// Watches over calls into plugins. One that does not return in time, or goes on although the
/// user has ended the run, cannot be ended: the process is left, with the plugin's name and what
/// it was asked. Thread-safe. Calls that serve a guest's memory have a watch of their own, which
/// costs them less: memory::CallWatch.
class Supervisor {
  struct Watched {
    Call call;
    std::chrono::milliseconds limit;
    std::chrono::milliseconds taken{0};
    std::chrono::milliseconds since_end{0}; ///< of the run, which the user wanted
  };

 public:
  /// Leaves the process. @param reason "launcher 'x' did not return from restore within 30 s"
  /// @param wanted why the user ended the run, if he did
  using Leave =
      std::function<void(const std::string& reason, const std::optional<os::Interrupted>& wanted)>;

  Supervisor() = default;
  /// No call is being made.
  ~Supervisor();
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  /// While it lives, the user's signals and time limit end calls too, and `leave` is how the
  /// process is left; if that is empty or returns, with the reason on stderr. One at a time.
  class Attention {
   public:
    Attention(Supervisor& supervisor, const os::Ear& ear, Leave leave = {});
    ~Attention();
    Attention(const Attention&) = delete;
    Attention& operator=(const Attention&) = delete;

   private:
    Supervisor& supervisor_;
  };

  /// A call of a plugin, for as long as this lives.
  /// @param callee see calls::callee() @param function lives as long as the process
  class Running {
   public:
    Running(Supervisor& supervisor, const char* callee, const char* function,
            std::chrono::milliseconds limit = kCallLimit);
    ~Running();
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

   private:
    Supervisor& supervisor_;
    std::list<Watched>::iterator watched_;
    const Mark mark_;
  };

  /// Calls `body`, which calls a plugin.
  /// @throws Error with the callee's name for whatever it throws
  template <class Function>
  std::invoke_result_t<Function> call(const char* callee, const char* function, Function body,
                                      std::chrono::milliseconds limit = kCallLimit) {
    const Running running(*this, callee, function, limit);
    try {
      return body();
    } catch (...) {
      rethrow_named(callee, function);
    }
  }

  /// Leaves the process as when a call does not return.
  [[noreturn]] void leave(const std::string& reason);

 private:
  [[noreturn]] static void rethrow_named(const char* callee, const char* function);
  [[noreturn]] void leave_locked(const std::string& reason);
  void watch();

  std::mutex mutex_; // guards all below
  std::condition_variable over_changed_;
  bool over_ = false;
  std::list<Watched> calls_;
  const os::Ear* ear_ = nullptr;
  Leave leave_;
  std::thread thread_; // from the first call on
};

} // namespace dhg::calls
