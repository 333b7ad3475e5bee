#include "calls/supervisor.hpp"

#include "os/crash.hpp"
#include "os/signals.hpp"
#include "text/exit_codes.hpp"

#include <fmt/format.h>

namespace dhg::calls {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

// How often it looks. It counts these steps and not time: while the process is stopped, time
// goes on and nothing else does.
constexpr milliseconds kStep = 250ms;
// What the plugin may still do when the user has ended the run.
constexpr milliseconds kLastCallLimit = 2s;

[[noreturn]] void say_and_leave(const std::string& reason,
                                const std::optional<os::Interrupted>& wanted) {
  os::write_last_words(fmt::format("dhg: {}\n", reason));
  if (!wanted) os::end_process(text::kExitFailed);
  os::end_process(wanted->signal != 0 ? 128 + wanted->signal : text::kExitTimeout);
}

} // namespace

Supervisor::~Supervisor() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  over_changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Supervisor::Attention::Attention(Supervisor& supervisor, const os::Ear& ear, Leave leave)
    : supervisor_(supervisor) {
  const std::lock_guard lock(supervisor_.mutex_);
  supervisor_.ear_ = &ear;
  supervisor_.leave_ = std::move(leave);
}

Supervisor::Attention::~Attention() {
  const std::lock_guard lock(supervisor_.mutex_);
  supervisor_.ear_ = nullptr;
  supervisor_.leave_ = {};
}

Supervisor::Running::Running(Supervisor& supervisor, const char* callee, const char* function,
                             milliseconds limit)
    : supervisor_(supervisor), mark_(callee, function) {
  const std::lock_guard lock(supervisor_.mutex_);
  watched_ = supervisor_.calls_.insert(supervisor_.calls_.end(), {{callee, function}, limit});
  if (supervisor_.thread_.joinable()) return;
  const os::SignalsBlocked blocked;
  supervisor_.thread_ = std::thread([&watcher = supervisor_] { watcher.watch(); });
}

Supervisor::Running::~Running() {
  const std::lock_guard lock(supervisor_.mutex_);
  supervisor_.calls_.erase(watched_);
}

void Supervisor::watch() {
  std::unique_lock lock(mutex_);
  while (!over_changed_.wait_for(lock, kStep, [this] { return over_; })) {
    const bool ended = ear_ != nullptr && ear_->has_news();
    for (auto& watched : calls_) {
      watched.taken += kStep;
      watched.since_end = ended ? watched.since_end + kStep : 0ms;
      const auto [callee, function] = watched.call;
      if (watched.since_end >= kLastCallLimit)
        leave_locked(
            fmt::format("{} did not return from {} although the run was to end", callee, function));
      if (watched.taken >= watched.limit)
        leave_locked(fmt::format("{} did not return from {} within {} s", callee, function,
                                 std::chrono::duration<double>(watched.limit).count()));
    }
  }
}

void Supervisor::leave(const std::string& reason) {
  const std::lock_guard lock(mutex_);
  leave_locked(reason);
}

void Supervisor::leave_locked(const std::string& reason) {
  std::optional<os::Interrupted> wanted;
  try {
    if (ear_ != nullptr) ear_->listen();
  } catch (const os::Interrupted& interrupted) {
    wanted = interrupted;
  }
  if (leave_) leave_(reason, wanted);
  say_and_leave(reason, wanted);
}

void Supervisor::rethrow_named(const char* callee, const char* function) {
  try {
    throw;
  } catch (const os::Interrupted&) {
    throw; // the user's, not the plugin's
  } catch (const Error& error) {
    throw Error(error.blame(), fmt::format("{}: {}", callee, error.what()), error.hint());
  } catch (const std::exception& error) {
    throw Error(Blame::environment,
                fmt::format("{}: {} failed: {}", callee, function, error.what()));
  } catch (...) {
    throw Error(Blame::environment,
                fmt::format("{}: {} threw something that is no std::exception", callee, function));
  }
}

} // namespace dhg::calls
