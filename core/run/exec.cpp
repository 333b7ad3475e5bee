#include "run/exec.hpp"

#include "dhg/error.hpp"
#include "guest_link/request.hpp"
#include "memory/memory_session.hpp"
#include "os/ear.hpp"
#include "os/readiness.hpp"
#include "os/userfaultfd.hpp"
#include "run/choose_version.hpp"
#include "run/fault_recording.hpp"
#include "run/guest_session.hpp"
#include "run/out_of_memory.hpp"
#include "run/patience.hpp"
#include "run/plugins.hpp"
#include "snapshot/notes_file.hpp"

#include <fmt/format.h>
#include <chrono>
#include <csignal>
#include <cstring>
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

constexpr int kExitTimeout = 124;
constexpr int kExitFailed = 125;
constexpr int kExitOutputClosed = 128 + SIGPIPE;

// The page server to use: the one that was asked for, or, where userfaultfd is
// not permitted and the config allows it, the one that does without.
ActivePlugin<PageServer> choose_page_server(const ExecContext& context, ExecReport& report) {
  auto wanted =
      activate<PageServer>(context.registry, DHG_PAGE_SERVER, context.settings.page_server.choice);
  if (wanted.object->backing() == MemoryBacking::private_mapping) return wanted;
  const auto why_not = os::uffd::why_not_permitted();
  if (why_not.empty()) return wanted;
  if (context.settings.page_server.fallback == config::Fallback::none)
    throw Error(Blame::environment,
                fmt::format("page server '{}' needs userfaultfd: {}", wanted.name, why_not),
                "or use one without: --set page_server.plugin=file");
  report.substitutions.push_back(
      fmt::format("page server 'file' instead of '{}': {}", wanted.name, why_not));
  return activate<PageServer>(context.registry, DHG_PAGE_SERVER, {"file", std::nullopt});
}

void check_snapshot(const snapshot::Snapshot& snapshot, const ActivePlugin<VmLauncher>& launcher) {
  const auto& made_by = snapshot.manifest().launcher;
  if (made_by.name != launcher.name)
    throw Error(Blame::environment,
                fmt::format("snapshot '{}' belongs to the launcher '{}', not to '{}'",
                            snapshot.name(), made_by.name, launcher.name),
                fmt::format("make one with: {}", snapshot::prepare_command(snapshot.name())));
  if (made_by.fingerprint != launcher.object->fingerprint())
    throw Error(
        Blame::environment,
        fmt::format("snapshot '{}' was made by {}, which has changed since", snapshot.name(),
                    made_by.version),
        fmt::format("make it again with: {} --force", snapshot::prepare_command(snapshot.name())));
}

// How pages are read; none: by the mapping.
std::unique_ptr<memory::PageReader> page_reader(config::PageSourceKind kind,
                                                const snapshot::Snapshot& snapshot,
                                                const snapshot::Store& store, const os::Ear& ear,
                                                ExecReport& report) {
  const auto memory = snapshot.file("memory");
  if (kind == config::PageSourceKind::direct) return memory::make_direct_reader(memory);
  if (kind != config::PageSourceKind::compressed) return nullptr;
  const auto copy = snapshot.compressed_copy();
  const auto* described = find_file(snapshot.manifest(), "memory");
  const auto binding = described->digest + ' ' + snapshot.manifest().created;
  const auto open = [&] {
    return memory::open_compressed_copy(copy, memory, described->bytes, binding);
  };
  if (auto reader = open()) return reader;
  report.substitutions.emplace_back("a compressed copy of the snapshot was made first");
  const auto staging = store.stage(snapshot.name());
  memory::write_compressed_copy(memory, staging.path() / copy.filename(), binding, &ear);
  staging.publish_file(copy.filename().string(), copy, &ear);
  auto reader = open();
  if (!reader) throw Error(Blame::environment, "the compressed copy cannot be read back");
  return reader;
}

MachineSpec machine_of(const snapshot::Manifest& manifest) {
  return {manifest.machine.memory_bytes, manifest.machine.vcpus,
          manifest.machine.accelerator == "kvm" ? Accelerator::kvm : Accelerator::tcg};
}

// Its sockets close a moment before a process is gone.
bool has_ended(int process_fd) {
  constexpr auto kMoment = 20ms;
  return os::await_one(process_fd, deadline_in(kMoment));
}

void report_stop(const ExchangeEnd& end, const std::optional<std::chrono::milliseconds>& timeout,
                 ExecReport& report) {
  switch (end.stopped) {
    case Stopped::no:
      return;
    case Stopped::timeout:
      report.outcome = RunOutcome::timeout;
      report.exit_code = kExitTimeout;
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
    case Stopped::vm_ended: {
      throw Error(Blame::environment, "the virtual machine ended unexpectedly");
    }
  }
}

void advise(const snapshot::Manifest& manifest, ExecReport& report) {
  const auto& error = report.result.error;
  if (!error) return;
  const auto advice = out_of_memory(*error, machine_of(manifest), manifest.guest.jvm_args);
  if (!advice) return;
  report.message = advice->message;
  report.hint = advice->hint;
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

// A page server's thread that never returns cannot be ended, only left behind.
void leave_process(const std::string& reason, const ExecContext& context, ExecReport& report) {
  // An end that the user wanted stays one.
  const bool wanted = report.outcome == RunOutcome::timeout ||
                      report.outcome == RunOutcome::interrupted ||
                      report.outcome == RunOutcome::output_closed;
  if (!wanted) {
    report.outcome = RunOutcome::failed;
    report.exit_code = kExitFailed;
    report.message = reason;
    report.hint = "if storage is slow, allow more time: --set page_server.patience=1m";
  }
  if (context.leave) context.leave(report);
}

void run_steps(const Program& program, const ExecContext& context, ExecReport& report) {
  auto& timeline = context.timeline;
  const auto& settings = context.settings;
  const auto& timeout = settings.run.timeout;
  const auto deadline =
      timeout ? std::optional(timeline.origin() + *timeout) : std::optional<Deadline>();
  const os::Ear ear(context.signals, deadline);

  // What the run needs is looked at while the snapshot is being opened.
  auto checks = timeline.span("check");
  const auto cleanup = std::async(std::launch::async, [&] { context.store.clean_stale(); });
  const auto launcher = activate<VmLauncher>(context.registry, DHG_VM_LAUNCHER, settings.launcher);
  report.launcher = launcher.name;
  auto opened = std::async(std::launch::async, [&] {
    return context.store.open_snapshot(
        wanted_snapshot(context.layout.images, context.settings, context.store, launcher.name));
  });
  const auto page_server = choose_page_server(context, report);
  const auto channel =
      activate<ResultChannel>(context.registry, DHG_RESULT_CHANNEL, settings.result_channel);
  report.page_server = page_server.name;
  report.result_channel = channel.name;
  if (settings.page_source != config::PageSourceKind::mapped &&
      page_server.object->backing() == MemoryBacking::private_mapping)
    throw Error(
        Blame::usage,
        fmt::format("page server '{}' maps the snapshot and reads no pages itself",
                    page_server.name),
        "use page_source=mapped, or another page server: --set page_server.plugin=working-set");
  if (!settings.page_server.record.empty() &&
      page_server.object->backing() == MemoryBacking::private_mapping)
    throw Error(Blame::usage,
                fmt::format("page server '{}' has no faults to record", page_server.name),
                "leave out page_server.record, or use another page server: --set "
                "page_server.plugin=lazy-4k");
  require_met(launcher.object->requirements(Purpose::restore));
  auto snapshot = opened.get();
  check_snapshot(snapshot, launcher);
  const auto machine = machine_of(snapshot.manifest());
  report.snapshot = snapshot.name();
  report.accelerator = machine.accelerator;
  checks.end();

  auto reader = page_reader(settings.page_source, snapshot, context.store, ear, report);
  const auto* reads = reader.get();
  const memory::FilePageSource source(snapshot.file("memory"), std::move(reader));
  snapshot::NotesFile notes(snapshot.folder(), snapshot.manifest(), page_server.name);
  memory::MemorySession memory(
      source, *page_server.object, page_server.name, timeline,
      {call_limits(settings),
       [&](const std::string& reason) { leave_process(reason, context, report); }},
      &notes, context.fault_log);
  const auto& record = settings.page_server.record;
  if (!record.empty()) memory.record_faults();
  auto launch = timeline.span("launch");
  auto vmm_life = timeline.span("vmm", timing::Track::vmm);
  const auto vm = launcher.object->restore({machine, snapshot.rootfs(), snapshot.file("state"),
                                            snapshot.file("memory"), source.fd(),
                                            page_server.object->backing(), context.console});
  const auto until = deadline_in(kRestoreLimit);
  memory.vmm_started(vm->take_handoff(), vm->process_fd(), until);
  const Watch watch{context.signals, vm->process_fd(), deadline};
  launch.end();

  try {
    auto load = timeline.span("load");
    if (const auto end = patiently(watch, [&] { vm->load(until); }); end.stopped != Stopped::no)
      return report_stop(end, timeout, report);
    if (const auto end = await_readable(memory.attached_fd(), watch); end.stopped != Stopped::no)
      return report_stop(end, timeout, report);
    if (!memory.failure().empty()) throw Error(Blame::environment, memory.failure());
    load.end();
    auto resuming = timeline.span("resume");
    if (const auto end = patiently(watch, [&] { vm->resume(until); }); end.stopped != Stopped::no)
      return report_stop(end, timeout, report);
    snapshot.release();
    resuming.end();

    auto connect = timeline.span("connect");
    UniqueFd agent;
    if (const auto end = patiently(watch, [&] { agent = vm->connect_agent(until); });
        end.stopped != Stopped::no)
      return report_stop(end, timeout, report);
    connect.end();
    Conversation conversation(context.sink, {settings.run.output_limit, settings.run.result_limit});
    const auto request =
        guest_link::encode_hello() +
        guest_link::encode_run({program.code, program.filename, program.argv, channel.name,
                                std::string(channel.object->guest_half()), true,
                                program.show_tables, program.table_meta, program.kind,
                                program.value, true, program.seed, settings.run.hold_updates});
    auto run = timeline.span("run");
    const auto sent = timing::Clock::now();
    report.code_may_have_run = true;
    auto listening = watch;
    listening.grace = kInterruptGrace;
    ExchangeEnd end;
    try {
      end = exchange(agent.get(), request, conversation, context.sink, listening);
    } catch (const Error&) {
      report.code_may_have_run = conversation.may_have_begun();
      throw;
    }
    run.end();
    report.code_may_have_run = end.request_begun;
    add_guest_phases(conversation, sent, timing::Clock::now(), timeline, report);
    report_stop(end, timeout, report);
    const auto read = timeline.span("read");
    if (end.stopped == Stopped::no)
      report_end(conversation, *channel.object, snapshot.manifest(), report);
  } catch (const Error& error) {
    // The VMM dies of what went wrong with its memory, and the other way round.
    const auto reason = memory.vmm_is_to_blame() ? "" : memory.failure();
    std::string message = reason.empty() ? error.what() : reason;
    if (reason.empty() && has_ended(vm->process_fd())) message += ": " + vm->describe_end();
    throw Error(error.blame(), message, error.hint());
  }
  report.memory = memory.stats();
  if (context.measure) report.vmm_use = os::resources_of(vm->process_fd());
  const auto teardown = timeline.span("teardown");
  // Both give memory back; there may be two processors to do it.
  const auto let_go = std::async(std::launch::async, [&] { source.let_go(); });
  vm->kill();
  vmm_life.end();
  auto lesson = memory.finish();
  report.page_server_figures = std::move(lesson.figures);
  if (!lesson.problem.empty()) report.substitutions.push_back(std::move(lesson.problem));
  if (!record.empty()) write_fault_recording(record, memory.served_faults());
  if (reads != nullptr && reads->damaged())
    report.substitutions.emplace_back(
        "the compressed copy of the snapshot is damaged: pages came from the memory file "
        "instead, and the next run makes the copy anew");
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

void report_interruption(const os::Interrupted& interrupted,
                         const std::optional<std::chrono::milliseconds>& timeout,
                         ExecReport& report) {
  ExchangeEnd end;
  end.stopped = interrupted.signal != 0 ? Stopped::signal : Stopped::timeout;
  end.signal = interrupted.signal;
  report_stop(end, timeout, report);
}

ExecReport exec(const Program& program, const ExecContext& context) {
  ExecReport report;
  try {
    run_steps(program, context, report);
  } catch (const os::Interrupted& interrupted) {
    report_interruption(interrupted, context.settings.run.timeout, report);
  } catch (const Error& error) {
    if (error.blame() == Blame::usage) throw;
    report.outcome = RunOutcome::failed;
    report.exit_code = kExitFailed;
    report.message = error.what();
    report.hint = error.hint();
  } catch (const std::exception& error) {
    report.outcome = RunOutcome::failed;
    report.exit_code = kExitFailed;
    report.message = error.what();
  }
  return report;
}

} // namespace dhg::run
