#pragma once

#include "dhg/deadline.hpp"
#include "os/readiness.hpp"
#include "os/signals.hpp"

#include <optional>
#include <span>

namespace dhg::os {

/// Something was broken off because the user wanted it so. Nothing has failed: it is no Error.
struct Interrupted {
  int signal = 0; ///< SIGINT, SIGTERM or SIGHUP; 0: the user's time limit was reached
};

/// What everybody listens to who waits, or works for long: the user's signals, which are
/// blocked, and time limit. Thread-safe, but for set_deadline().
class Ear {
 public:
  /// `signals` is borrowed.
  explicit Ear(SignalFd& signals, std::optional<Deadline> deadline = std::nullopt)
      : signals_(signals), deadline_(deadline) {}

  /// The user's time limit, once it is known. Before others use this.
  void set_deadline(std::optional<Deadline> deadline) noexcept { deadline_ = deadline; }

  /// Whether listen() would throw. Takes nothing away.
  [[nodiscard]] bool has_news() const;
  /// For between two steps of work. @throws Interrupted
  void listen() const;
  /// Waits until one of `fds` is ready, as poll(2) does, or `until` has come.
  /// @return false at `until`; @throws Interrupted, Error
  bool wait(std::span<pollfd> fds, std::optional<Deadline> until = std::nullopt) const;

 private:
  SignalFd& signals_;
  std::optional<Deadline> deadline_;
};

/// The same where nobody may be listening: `ear` may be null.
void hear(const Ear* ear);
/// @return false at `until`; @throws Interrupted, Error
bool wait(const Ear* ear, std::span<pollfd> fds, std::optional<Deadline> until = std::nullopt);

} // namespace dhg::os
