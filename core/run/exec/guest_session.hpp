#pragma once

#include "dhg/deadline.hpp"
#include "dhg/vm_launcher.hpp"
#include "guest_link/conversation.hpp"
#include "os/signals.hpp"
#include "run/exec/output.hpp"

#include <optional>
#include <string>

namespace dhg::run {

/// Why an exchange with the guest was broken off.
enum class Stopped {
  no,            ///< it came to its end
  timeout,       ///< the user's deadline
  signal,        ///< SIGINT, SIGTERM or SIGHUP; with a grace: when that is over
  output_closed, ///< nobody reads our stdout or stderr any more
  vm_ended,      ///< the VMM is gone
};

struct ExchangeEnd {
  Stopped stopped = Stopped::no;
  int signal = 0;             ///< with Stopped::signal
  bool request_begun = false; ///< some of the request has left us
  std::size_t unsent = 0;     ///< bytes of the request that have not
};

/// Everything that a run waits for while it waits for the guest.
struct Watch {
  os::SignalFd& signals;
  int vmm; ///< pidfd
  /// The user's --timeout; no value: none.
  std::optional<Deadline> deadline;
  /// How long a program may go on after SIGINT, of which the guest is told; a second signal
  /// ends the wait at once. No value: so does the first.
  std::optional<std::chrono::milliseconds> grace = std::nullopt;
  /// What the program reads as its standard input, see ProgramInput; -1: nothing.
  int input = -1;
};

/// Waits until `fd` is readable. @return why not, if something else came first.
[[nodiscard]] ExchangeEnd await_readable(int fd, const Watch& watch);

/// Sends `request` on `agent` and feeds what comes back to `conversation`, until
/// it is over or something stops it. All that waits in `sink` is written by then.
/// @throws Error if the guest breaks the protocol
[[nodiscard]] ExchangeEnd exchange(int agent, std::string_view request,
                                   guest_link::Conversation& conversation, PumpedSink& sink,
                                   const Watch& watch);

} // namespace dhg::run
