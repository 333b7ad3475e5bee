#pragma once

#include "dhg/deadline.hpp"
#include "dhg/process.hpp"
#include "os/signals.hpp"

#include <string>

namespace dhg::compare {

/// A child that was run to its end, and timed from outside.
struct ChildEnd {
  double wall_ms = 0; ///< from before the process is made until it has ended
  int status = 0;     ///< as waitpid(2) tells it
  ProcessUse use;
  std::string out;
  std::string err;
  bool timed_out = false;
  bool too_much_output = false;
  int signal = 0; ///< a signal that was sent to us; the child was ended for it
};

/// Runs `spec` with its output captured. Ends it and what is in its session at the
/// deadline, for a signal to us, and when it prints more than 64 MiB.
[[nodiscard]] ChildEnd run_child(ProcessSpec spec, os::SignalFd& signals,
                                 std::chrono::milliseconds limit);

} // namespace dhg::compare
