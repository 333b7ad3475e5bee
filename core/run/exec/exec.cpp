#include "run/exec/exec.hpp"

#include "dhg/error.hpp"
#include "guest_link/request.hpp"
#include "memory/memory_session.hpp"
#include "os/ear.hpp"
#include "os/readiness.hpp"
#include "run/exec/fault_recording.hpp"
#include "run/exec/guest_session.hpp"
#include "run/exec/outcome.hpp"
#include "run/exec/parts.hpp"
#include "run/exec/patience.hpp"
#include "snapshot/notes_file.hpp"

#include <fmt/format.h>
#include <chrono>
#include <future>

namespace dhg::run {
namespace {

using namespace std::chrono_literals;
using guest_link::Conversation;

// Restoring takes a fraction of a second; even eager with a large snapshot on a
// slow disk is done long before this.
constexpr auto kRestoreLimit = 120s;
// What a program has for its `finally` after Ctrl-C; a second one ends it at once.
constexpr auto kInterruptGrace = 5s;

// The user or the limit ended the run, at whatever step.
struct BrokenOff {
  ExchangeEnd end;
};

// The one way in which a step does not lead to the next.
void go_on(const ExchangeEnd& end) {
  if (end.stopped == Stopped::vm_ended)
    throw Error(Blame::environment, "the virtual machine ended unexpectedly");
  if (end.stopped != Stopped::no) throw BrokenOff{end};
}

// Its sockets close a moment before a process is gone.
bool has_ended(int process_fd) {
  constexpr auto kMoment = 20ms;
  return os::await_one(process_fd, deadline_in(kMoment));
}

// A call of a plugin that never returns cannot be ended, only left behind.
void leave_process(const std::string& reason, const std::optional<os::Interrupted>& wanted,
                   const ExecContext& context, ExecReport& report) {
  if (wanted) report_interruption(*wanted, context.settings.run.timeout, report);
  // An end that the user wanted stays one.
  if (report.outcome == RunOutcome::timeout || report.outcome == RunOutcome::interrupted ||
      report.outcome == RunOutcome::output_closed)
    report.substitutions.push_back(reason);
  else
    report_failure(reason,
                   "this is a bug in the plugin, unless storage is slow: "
                   "--set page_server.patience=1m gives page servers more time",
                   report);
  if (context.leave) context.leave(report);
}

// Loads the machine's state and lets its processors run.
void start_guest(Vm& vm, const memory::MemorySession& memory, const Watch& watch, Deadline until,
                 timing::Timeline& timeline) {
  auto load = timeline.span("load");
  go_on(patiently(watch, [&] { vm.load(until); }));
  go_on(await_readable(memory.attached_fd(), watch));
  if (!memory.failure().empty()) throw Error(Blame::environment, memory.failure());
  load.end();
  const auto resume = timeline.span("resume");
  go_on(patiently(watch, [&] { vm.resume(until); }));
}

UniqueFd connect_agent(Vm& vm, const Watch& watch, Deadline until, timing::Timeline& timeline) {
  const auto span = timeline.span("connect");
  UniqueFd agent;
  go_on(patiently(watch, [&] { agent = vm.connect_agent(until); }));
  return agent;
}

// Has the guest run the program, and puts into the report how that ended.
void converse(int agent, const Program& program, const ExecParts& parts, Watch watch,
              const ExecContext& context, ExecReport& report) {
  const auto& settings = context.settings;
  Conversation conversation(context.sink, {settings.run.output_limit, settings.run.result_limit});
  const auto request =
      guest_link::encode_hello() +
      guest_link::encode_run({program.code, program.filename, program.argv, parts.channel.name,
                              std::string(parts.channel.object->guest_half()), true,
                              program.show_tables, program.table_meta, program.kind, program.value,
                              true, program.seed, settings.run.hold_updates, program.input >= 0,
                              program.environment});
  auto run = context.timeline.span("run");
  const auto sent = timing::Clock::now();
  report.code_may_have_run = true;
  watch.grace = kInterruptGrace;
  watch.input = program.input;
  ExchangeEnd end;
  try {
    end = exchange(agent, request, conversation, context.sink, watch);
  } catch (const Error&) {
    report.code_may_have_run = conversation.may_have_begun();
    throw;
  }
  run.end();
  report.code_may_have_run = end.request_begun;
  add_guest_phases(conversation, sent, timing::Clock::now(), context.timeline, report);
  go_on(end);
  const auto read = context.timeline.span("read");
  report_end(conversation, *parts.channel.object, parts.snapshot.manifest(), report);
}

// What has ended the run: the VMM dies of what went wrong with its memory, and the other
// way round.
Error with_cause(const Error& error, const memory::MemorySession& memory, Vm& vm) {
  const auto reason = memory.vmm_is_to_blame() ? "" : memory.failure();
  std::string message = reason.empty() ? error.what() : reason;
  if (reason.empty() && has_ended(vm.process_fd())) message += ": " + vm.describe_end();
  return {error.blame(), message, error.hint()};
}

void take_lesson(memory::MemorySession& memory, const std::string& record, ExecReport& report) {
  auto lesson = memory.finish();
  report.page_server_figures = std::move(lesson.figures);
  if (!lesson.problem.empty()) report.substitutions.push_back(std::move(lesson.problem));
  if (!record.empty()) write_fault_recording(record, memory.served_faults());
}

void run_steps(const Program& program, const ExecContext& context, ExecReport& report) {
  auto& timeline = context.timeline;
  const auto& settings = context.settings;
  const auto& timeout = settings.run.timeout;
  const auto deadline =
      timeout ? std::optional(timeline.origin() + *timeout) : std::optional<Deadline>();
  const os::Ear ear(context.signals, deadline);
  auto& supervisor = context.registry.supervisor();
  const calls::Supervisor::Attention attention(supervisor, ear,
                                               [&](const std::string& reason, const auto& wanted) {
                                                 leave_process(reason, wanted, context, report);
                                               });

  auto check = timeline.span("check");
  const auto cleanup = std::async(std::launch::async, [&] { context.store.clean_stale(); });
  auto parts = choose_parts(context, report);
  check.end();

  auto reader = open_page_reader(context, parts.snapshot, ear, report);
  const auto* reads = reader.get();
  const memory::FilePageSource source(parts.snapshot.file("memory"), std::move(reader));
  snapshot::NotesFile notes(notes_folder(settings, parts.snapshot), parts.snapshot.manifest(),
                            parts.page_server.name, parts.page_server.version);
  const auto backing = parts.page_server.object->backing();
  memory::MemorySession memory(source, std::move(parts.page_server.object), parts.page_server.name,
                               timeline, supervisor, call_limits(settings), &notes,
                               context.fault_log);
  const auto& record = settings.page_server.record;
  if (!record.empty()) memory.record_faults();

  auto launch = timeline.span("launch");
  auto vmm_life = timeline.span("vmm", timing::Track::vmm);
  const auto vm = parts.launcher.object->restore(
      {machine_of(parts.snapshot.manifest()), parts.snapshot.rootfs(), parts.snapshot.file("state"),
       parts.snapshot.file("memory"), source.fd(), backing, context.console});
  const auto until = deadline_in(kRestoreLimit);
  memory.vmm_started(vm->take_handoff(), vm->process_fd(), until);
  const Watch watch{context.signals, vm->process_fd(), deadline};
  launch.end();

  try {
    start_guest(*vm, memory, watch, until, timeline);
    parts.snapshot.release();
    const auto agent = connect_agent(*vm, watch, until, timeline);
    converse(agent.get(), program, parts, watch, context, report);
  } catch (const BrokenOff& broken_off) {
    report_stop(broken_off.end, timeout, report);
  } catch (const Error& error) {
    report.memory = memory.stats();
    throw with_cause(error, memory, *vm);
  }
  report.memory = memory.stats();
  if (context.measure) report.vmm_use = os::resources_of(vm->process_fd());

  const auto teardown = timeline.span("teardown");
  memory.close_memory();
  // Both give memory back; there may be two processors to do it.
  const auto let_go = std::async(std::launch::async, [&] { source.let_go(); });
  vm->kill();
  vmm_life.end();
  // From a guest that never ran there is nothing to learn.
  if (report.code_may_have_run) take_lesson(memory, record, report);
  if (reads != nullptr && reads->damaged())
    report.substitutions.emplace_back(
        "the compressed copy of the snapshot is damaged: pages came from the memory file "
        "instead, and the next run makes the copy anew");
}

} // namespace

ExecReport exec(const Program& program, const ExecContext& context) {
  ExecReport report;
  try {
    run_steps(program, context, report);
  } catch (const os::Interrupted& interrupted) {
    report_interruption(interrupted, context.settings.run.timeout, report);
  } catch (const Error& error) {
    if (error.blame() == Blame::usage) throw;
    report_failure(error.what(), error.hint(), report);
  } catch (const std::exception& error) {
    report_failure(error.what(), "", report);
  }
  return report;
}

} // namespace dhg::run
