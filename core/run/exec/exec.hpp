#pragma once

#include "config/settings.hpp"
#include "dhg/page_server.hpp"
#include "dhg/result_channel.hpp"
#include "dhg/vm_launcher.hpp"
#include "guest_link/request.hpp"
#include "memory/fault_log.hpp"
#include "memory/managed_memory.hpp"
#include "os/ear.hpp"
#include "os/resources.hpp"
#include "os/signals.hpp"
#include "plugin/registry.hpp"
#include "run/exec/output.hpp"
#include "run/layout.hpp"
#include "snapshot/store.hpp"
#include "timing/guest_clock.hpp"
#include "timing/timeline.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace dhg::run {

/// The user's program.
struct Program {
  std::string code;     ///< bytes of the file; UTF-8 for a command
  std::string filename; ///< a script's is absolute
  std::vector<std::string> argv;
  guest_link::ProgramKind kind = guest_link::ProgramKind::command;
  guest_link::WantedValue value = guest_link::WantedValue::none;
  /// What all that can be seeded is seeded with; nothing: with fresh entropy.
  std::optional<std::uint64_t> seed = std::nullopt;
  bool show_tables = true;                  ///< those that it assigns become part of the result
  bool table_meta = true;                   ///< with their row counts, columns and types
  guest_link::Environment environment = {}; ///< beside what every program finds
  /// A descriptor, borrowed, of what it reads as its standard input: see ProgramInput. -1: none.
  int input = -1;
};

/// How a run ended, in one word for scripts.
enum class RunOutcome {
  ok,            ///< to its end
  exception,     ///< an exception left the user's code
  exit,          ///< SystemExit
  process_exit,  ///< the guest's process ended by itself: os._exit
  killed,        ///< a signal ended the guest's process
  timeout,       ///< --timeout
  interrupted,   ///< a signal to dhg
  output_closed, ///< nobody reads our output any more
  failed,        ///< dhg or the VM
};

[[nodiscard]] const char* to_string(RunOutcome outcome) noexcept;

struct ExecReport {
  RunOutcome outcome = RunOutcome::ok;
  int exit_code = 0;
  CodeResult result;   ///< for ok, exception and exit
  std::string message; ///< for the others, and where memory ran out: what happened
  std::string hint;    ///< what to do about it; may be empty
  /// Whether some of the user's code may have run. At most once, ever.
  bool code_may_have_run = false;
  /// Where the run differs from what was asked, in sentences.
  std::vector<std::string> substitutions;
  std::string page_server;
  std::string result_channel;
  std::string launcher;
  std::optional<Accelerator> accelerator;
  std::string snapshot;
  memory::MemoryStats memory;
  /// What a page server that learns tells of the run; may be empty.
  std::vector<Figure> page_server_figures;
  std::optional<os::ResourceUse> vmm_use; ///< if asked for, and the VMM was there to the end
  /// The guest's clock against ours; nothing if the guest did not tell its own.
  std::optional<timing::ClockOffset> guest_clock;
};

/// What a run works with; all borrowed.
struct ExecContext {
  const config::Settings& settings;
  const plugin::Registry& registry;
  snapshot::Store& store;
  const Layout& layout;
  os::SignalFd& signals;
  timing::Timeline& timeline;
  PumpedSink& sink;
  /// What the guest's kernel says is written here; -1: thrown away.
  int console = -1;
  /// Reports and leaves the process without unwinding: a call of a plugin that does
  /// not return still uses all this. Called on any thread. If it is empty or returns, the
  /// process is ended with exit code 125 and the reason on stderr.
  std::function<void(const ExecReport&)> leave = {};
  /// Each fault is written there; null: none is.
  memory::FaultLog* fault_log = nullptr;
  /// Whether the report shall have `vmm_use`, for which /proc is read.
  bool measure = false;
};

/// Puts into a report that the user ended the run. @param timeout the one that was reached
void report_interruption(const os::Interrupted& interrupted,
                         const std::optional<std::chrono::milliseconds>& timeout,
                         ExecReport& report);

/// Runs `program` in a VM restored from the snapshot that the settings name.
/// Whatever happens is in the report; nothing is left running.
[[nodiscard]] ExecReport exec(const Program& program, const ExecContext& context);

} // namespace dhg::run
