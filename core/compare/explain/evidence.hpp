#pragma once

#include "compare/phases.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dhg::compare::explain {

/// A fault, or a step of background work, of a trace.
struct Served {
  bool background = false;
  double begin_ms = 0;
  double length_ms = 0;
  std::uint64_t offset = 0; ///< of the page; faults only
  std::uint64_t copied_bytes = 0;
  std::uint64_t zeroed_bytes = 0;
};

/// What a run's own record says about it.
struct Evidence {
  double elapsed_ms = 0;
  compare::PhaseTimes phases{};
  double guest_run_ms = 0; ///< the user's code, by the guest's clock
  bool guest_run_known = true;
  double running_ms = 0;   ///< from the processor's first instruction to the answer
  double attach_ms = 0;    ///< the page server's work before that
  std::string page_server; ///< empty where the run did not get so far
  std::string result_channel;
  std::string accelerator;
  std::uint64_t faults = 0;
  std::uint64_t copied_bytes = 0;
  std::uint64_t zeroed_bytes = 0;
  std::uint64_t major_faults = 0; ///< of dhg and the VMM
  std::vector<std::string> substitutions;
  bool traced = false; ///< whether it is a trace, with what follows
  std::vector<Served> served;
  std::uint64_t dropped = 0; ///< that the trace had no room for
};

/// Takes what `dhg exec --trace` or `dhg exec --json` wrote. The file is hostile:
/// what is used is checked.
/// @param name of the file, for messages
/// @throws Error(Blame::usage) that says what is wrong
[[nodiscard]] Evidence read_evidence(const std::string& text, const std::string& name);

/// A run of a comparison. Such a record has its phases and counts, and no more.
struct ComparedRun {
  std::string variant;
  std::size_t round = 0;
  std::string failure; ///< empty: it succeeded, and there is evidence
  Evidence evidence;
};

/// What `dhg compare --json` wrote: its runs of dhg, without warm-up and external commands, in
/// the order in which they were made. Nothing if it is another record.
/// @throws Error(Blame::usage) as read_evidence() does
[[nodiscard]] std::optional<std::vector<ComparedRun>> read_compared_runs(const std::string& text,
                                                                         const std::string& name);

} // namespace dhg::compare::explain
