#include "run/exec/outcome.hpp"

#include "dhg/error.hpp"
#include "dhg/result_channel.hpp"
#include "os/ear.hpp"
#include "run/exec/out_of_memory.hpp"
#include "run/exec/parts.hpp"
#include "text/exit_codes.hpp"

#include <fmt/format.h>
#include <csignal>
#include <cstring>

namespace dhg::run {
namespace {

using namespace std::chrono_literals;
using guest_link::Conversation;

constexpr int kExitOutputClosed = 128 + SIGPIPE;

void advise(const snapshot::Manifest& manifest, ExecReport& report) {
  const auto& error = report.result.error;
  if (!error) return;
  const auto advice = out_of_memory(*error, machine_of(manifest), manifest.guest.jvm_args);
  if (!advice) return;
  report.message = advice->message;
  report.hint = advice->hint;
}

} // namespace

const char* to_string(RunOutcome outcome) noexcept {
  switch (outcome) {
    case RunOutcome::ok:
      return "ok";
    case RunOutcome::exception:
      return "exception";
    case RunOutcome::exit:
      return "exit";
    case RunOutcome::process_exit:
      return "process-exit";
    case RunOutcome::killed:
      return "killed";
    case RunOutcome::timeout:
      return "timeout";
    case RunOutcome::interrupted:
      return "interrupted";
    case RunOutcome::output_closed:
      return "output-closed";
    case RunOutcome::failed:
      return "failed";
  }
  return "failed";
}

void report_stop(const ExchangeEnd& end, const std::optional<std::chrono::milliseconds>& timeout,
                 ExecReport& report) {
  switch (end.stopped) {
    case Stopped::no:
    case Stopped::vm_ended: // is nothing that the user wanted
      return;
    case Stopped::timeout:
      report.outcome = RunOutcome::timeout;
      report.exit_code = text::kExitTimeout;
      report.message = fmt::format("the run took longer than {}",
                                   config::format_duration(timeout.value_or(0ms)));
      return;
    case Stopped::signal:
      report.outcome = RunOutcome::interrupted;
      report.exit_code = 128 + end.signal;
      report.message = fmt::format("ended by signal {} ({})", end.signal, strsignal(end.signal));
      return;
    case Stopped::output_closed:
      report.outcome = RunOutcome::output_closed;
      report.exit_code = kExitOutputClosed;
      report.message = "the reader of the output has gone away";
      return;
  }
}

void report_end(const Conversation& conversation, const ResultChannel& channel,
                const snapshot::Manifest& manifest, ExecReport& report) {
  const auto machine = machine_of(manifest);
  const bool exited = conversation.state() == Conversation::State::exited;
  const auto& exit = conversation.agent_exit();
  if (exited && (exit.by_signal || !conversation.has_result())) {
    report.outcome = exit.by_signal ? RunOutcome::killed : RunOutcome::process_exit;
    report.exit_code = exit.by_signal ? 128 + exit.status : exit.status;
    if (!exit.by_signal) return;
    report.message = fmt::format("the program was killed by signal {} ({}) in the guest",
                                 exit.status, strsignal(exit.status));
    if (!exit.out_of_memory) return;
    const auto advice = out_of_guest_memory(machine);
    report.message += ": " + advice.message;
    report.hint = advice.hint;
    return;
  }
  report.result = channel.decode(conversation.result());
  // What happens at the end of the process has the last word.
  report.exit_code = exited ? exit.status : report.result.exit_code;
  switch (report.result.outcome) {
    case Outcome::ok:
      report.outcome = RunOutcome::ok;
      break;
    case Outcome::exception:
      report.outcome = RunOutcome::exception;
      advise(manifest, report);
      break;
    case Outcome::exit:
      report.outcome = RunOutcome::exit;
      break;
  }
}

// The guest's phases follow each other from the moment on when the request was there:
// by its own clock, or, from a guest that does not tell it, as if that took no time.
void add_guest_phases(const Conversation& conversation, timing::Clock::time_point sent,
                      timing::Clock::time_point answered, timing::Timeline& timeline,
                      ExecReport& report) {
  auto at = sent;
  if (const auto& clock = conversation.clock()) {
    report.guest_clock =
        timing::estimate_offset({sent, answered, clock->received, clock->answered});
    if (report.guest_clock) at = report.guest_clock->to_host(clock->received);
  }
  for (const auto& [name, length] : conversation.phases()) {
    const auto end = at + std::chrono::duration_cast<timing::Clock::duration>(length);
    timeline.add({"guest " + name, at, end, timing::Track::guest});
    at = end;
  }
}

void report_failure(const std::string& message, const std::string& hint, ExecReport& report) {
  report.outcome = RunOutcome::failed;
  report.exit_code = text::kExitFailed;
  report.message = message;
  report.hint = hint;
}

void report_interruption(const os::Interrupted& interrupted,
                         const std::optional<std::chrono::milliseconds>& timeout,
                         ExecReport& report) {
  ExchangeEnd end;
  end.stopped = interrupted.signal != 0 ? Stopped::signal : Stopped::timeout;
  end.signal = interrupted.signal;
  report_stop(end, timeout, report);
}

} // namespace dhg::run
