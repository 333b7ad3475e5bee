#include "command.hpp"
#include "environment.hpp"
#include "report.hpp"
#include "setup.hpp"
#include "tables.hpp"
#include "trace_file.hpp"

#include "dhg/error.hpp"
#include "os/descriptors.hpp"
#include "os/read_file.hpp"
#include "run/exec/exec.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <sstream>

namespace dhg::cli {
namespace {

using guest_link::ProgramKind;
using guest_link::WantedValue;

constexpr std::size_t kMaxProgram = 64UL * 1024 * 1024;

std::string read_all(int fd, const std::string& name, const os::Ear& ear) {
  auto text = os::read_to_end(fd, kMaxProgram, &ear);
  if (!text) throw Error(Blame::usage, fmt::format("cannot read {}: {}", name, strerror(errno)));
  if (text->size() > kMaxProgram)
    throw Error(Blame::usage, fmt::format("{} is larger than {} MiB", name, kMaxProgram >> 20));
  return std::move(*text);
}

std::uint64_t parse_seed(const std::string& text) {
  std::uint64_t seed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
  if (error != std::errc() || end != text.data() + text.size())
    throw Error(Blame::usage, fmt::format("--seed {} is not valid", text),
                "expected a whole number from 0 to 18446744073709551615");
  return seed;
}

std::string read_script(const std::string& path, const os::Ear& ear) {
  const auto fd = os::open_to_read(path);
  if (!fd) throw Error(Blame::usage, fmt::format("cannot open '{}': {}", path, strerror(errno)));
  return read_all(fd.get(), "'" + path + "'", ear);
}

// As python3 has it: absolute, but not simplified.
std::string absolute(const std::string& path) { return std::filesystem::absolute(path).string(); }

// What the program reads, unless its own text comes from there. A terminal would be taken from
// whoever types the next command.
int input_of(const po::variables_map& values, ProgramKind kind) {
  constexpr int kNone = -1;
  const bool unwanted = values.count("no-stdin") != 0;
  const bool interactive = values.count("interactive") != 0;
  if (unwanted && interactive)
    throw Error(Blame::usage, "--no-stdin and --interactive exclude each other");
  if (interactive && kind == ProgramKind::stdin)
    throw Error(Blame::usage, "the program itself is read from standard input",
                "give it with -c or as a file, to use --interactive");
  if (unwanted || kind == ProgramKind::stdin || os::is_null_device(os::kStandardInput))
    return kNone;
  return os::is_terminal(os::kStandardInput) && !interactive ? kNone : os::kStandardInput;
}

run::Program read_program(const po::variables_map& values, std::vector<std::string> rest,
                          const os::Ear& ear) {
  run::Program program;
  program.show_tables = values.count("no-show-tables") == 0;
  program.table_meta = values.count("no-table-meta") == 0;
  if (values.count("seed") != 0) program.seed = parse_seed(values["seed"].as<std::string>());
  program.environment = read_environment(values, ear);
  if (values.count("code") != 0) {
    program.kind = ProgramKind::command;
    program.input = input_of(values, program.kind);
    program.code = values["code"].as<std::string>();
    program.filename = "<string>";
    program.argv = {"-c"};
    program.argv.insert(program.argv.end(), rest.begin(), rest.end());
    return program;
  }
  if (rest.empty())
    throw Error(Blame::usage, "nothing to run: give -c CODE, a script, or -",
                "see: dhg exec --help");
  const bool from_stdin = rest[0] == "-";
  program.kind = from_stdin ? ProgramKind::stdin : ProgramKind::script;
  program.input = input_of(values, program.kind);
  program.code =
      from_stdin ? read_all(os::kStandardInput, "standard input", ear) : read_script(rest[0], ear);
  program.filename = from_stdin ? "<stdin>" : absolute(rest[0]);
  program.argv = std::move(rest);
  return program;
}

// Which value is shown to a person. A script's is not, unless it is asked for: python3
// shows none.
WantedValue shown_value(const po::variables_map& values, ProgramKind kind) {
  const auto show = values.count("show") != 0 ? values["show"].as<std::string>() : "expression";
  if (show == "last") return WantedValue::last;
  if (show == "nothing") return WantedValue::none;
  if (show != "expression")
    throw Error(Blame::usage, fmt::format("--show {} is not valid", show),
                "expected expression, last or nothing");
  return kind == ProgramKind::script ? WantedValue::none : WantedValue::expression;
}

bool is_shown(const CodeResult& result, WantedValue wanted) {
  return result.result_repr && (wanted == WantedValue::last ||
                                (wanted == WantedValue::expression && result.is_expression));
}

bool is_blank(const std::string& code) {
  return std::all_of(code.begin(), code.end(),
                     [](unsigned char c) { return std::isspace(c) != 0; });
}

Usage exec_usage() {
  Usage usage;
  usage.about =
      "Runs Python in a virtual machine restored from a snapshot. The exit code is the\n"
      "program's own; 1 after an exception; 2 for a mistake in the command or the config;\n"
      "124 at the time limit; 125 if dhg or the VM failed; 130 after Ctrl-C.";
  usage.rest = "(-c CODE | SCRIPT | -) [ARG ...]";
  usage.options.add_options()("vm", "run in a virtual machine (the default, and the only mode)")(
      "code,c", po::value<std::string>()->value_name("CODE"),
      "the program; put its arguments after --")(
      "timeout", po::value<std::string>()->value_name("TIME"),
      "time limit, counted from the start of dhg: 30 (seconds), 500ms, 5m")(
      "seed", po::value<std::string>()->value_name("N"),
      "seed the random generators with N, so that a run can be repeated (docs/uniqueness.md)")(
      "show", po::value<std::string>()->value_name("WHAT"),
      "which value to print: expression (the default), that of a -c or - program which is a "
      "single expression; last, that of the last expression of any program; nothing")(
      "no-show-tables", "neither inspect nor show the tables that the program assigns")(
      "no-table-meta", "show only the first rows of tables: no row counts, columns or types")(
      "interactive,i", "let the program read your terminal")(
      "no-stdin", "leave standard input alone, as a shell's loop that reads it needs")(
      "json", "print one JSON object instead of the program's output")(
      "trace", po::value<std::string>()->value_name("FILE"),
      "write a trace, with every page fault, for Perfetto, chrome://tracing or dhg explain")(
      "verbose,v", "print the plugins and the time of each phase on stderr");
  add_environment_options(usage.options);
  add_config_options(usage.options);
  return usage;
}

// The console's last lines tell why a guest died.
class Console {
 public:
  Console() : fd_(os::make_memory_file("dhg-console")) {}
  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  [[nodiscard]] std::string tail() const { return os::tail_of(fd_.get(), 2000); }

 private:
  UniqueFd fd_;
};

void print_failure(const run::ExecReport& report, const Console& console) {
  if (report.message.empty() || report.outcome == run::RunOutcome::output_closed) return;
  std::cerr << "dhg: " << report.message << '\n';
  if (!report.hint.empty()) std::cerr << "dhg: " << report.hint << '\n';
  if (report.outcome != run::RunOutcome::failed) return;
  if (const auto tail = console.tail(); !tail.empty())
    std::cerr << "dhg: the last lines of the guest's console:\n" << tail << '\n';
  std::cerr << (report.code_may_have_run ? "dhg: the code may have run\n"
                                         : "dhg: the code was not run\n");
}

// The user ended it before there was a run.
int end_early(const os::Interrupted& interrupted,
              const std::optional<std::chrono::milliseconds>& timeout, bool as_json,
              const timing::Timeline& timeline) {
  run::ExecReport report;
  run::report_interruption(interrupted, timeout, report);
  const os::SignalsEndUs at_once;
  if (as_json)
    std::cout << exec_json(report, "", "", timeline, false) << std::endl;
  else
    std::cerr << "dhg: " << report.message << '\n';
  return report.exit_code;
}

int exec(const Invocation& invocation) {
  const auto& values = invocation.values;
  const bool as_json = values.count("json") != 0;
  os::SignalFd signals; // before any thread
  os::Ear ear(signals);
  timing::Timeline timeline(invocation.started);
  std::optional<std::chrono::milliseconds> timeout;
  const auto limit = [&](const std::optional<std::chrono::milliseconds>& time) {
    timeout = time && time->count() != 0 ? time : std::nullopt;
    ear.set_deadline(timeout ? std::optional(invocation.started + *timeout) : std::nullopt);
  };
  auto config_span = timeline.span("config");
  Setup setup;
  run::Program program;
  try {
    // The config too may take its time to come: it can be a pipe.
    if (values.count("timeout") != 0)
      limit(config::parse_duration(values["timeout"].as<std::string>()));
    setup = make_setup(values, &ear);
    limit(setup.settings.run.timeout);
    program = read_program(values, invocation.arguments, ear);
  } catch (const os::Interrupted& interrupted) {
    return end_early(interrupted, timeout, as_json, timeline);
  }
  const auto registry = make_registry(setup.layout);
  auto store = make_store(&ear);
  config_span.end();

  const auto shown = shown_value(values, program.kind);
  program.value = as_json ? WantedValue::last : shown;
  std::optional<TraceFile> trace;
  if (values.count("trace") != 0) trace.emplace(values["trace"].as<std::string>());
  run::StreamSink streams;
  run::CaptureSink captured;
  const Console console;
  const auto print = [&](const run::ExecReport& report) {
    if (as_json) {
      std::cout << exec_json(report, captured.out_text(), captured.err_text(), timeline,
                             is_shown(report.result, shown))
                << '\n';
    } else {
      if (is_shown(report.result, shown))
        std::cout << *report.result.result_repr << '\n' << std::flush;
      // What a program prints may be data for another: nothing is put between it.
      const bool to_person = os::is_terminal(os::kStandardOutput);
      if (to_person && !report.result.tables.empty() && !streams.out_is_at_line_start())
        std::cout << '\n';
      print_tables(to_person ? std::cout : std::cerr, report.result.tables);
      for (const auto& substitution : report.substitutions)
        std::cerr << "dhg: " << substitution << '\n';
      print_failure(report, console);
    }
    if (values.count("verbose") != 0) print_phases(std::cerr, report, timeline);
  };
  const auto leave = [&](const run::ExecReport& report) {
    print(report);
    std::cout.flush();
    if (trace) trace->discard(); // the page server's thread may still be at its log
    std::_Exit(report.exit_code);
  };
  run::ExecReport report;
  if (!is_blank(program.code))
    report = run::exec(
        program, {setup.settings, registry, store, setup.layout, signals, timeline,
                  as_json ? static_cast<run::PumpedSink&>(captured) : streams, console.fd(), leave,
                  trace ? &trace->log() : nullptr, as_json || trace});
  if (trace) trace->write(report, timeline);
  const os::SignalsEndUs at_once; // all that is left is to write, to who may not read
  print(report);
  std::cout.flush();
  return report.exit_code;
}

} // namespace

const Command exec_command{"exec", "run Python in a fresh virtual machine", exec_usage, exec};

} // namespace dhg::cli
