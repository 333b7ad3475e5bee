#include "command.hpp"
#include "report.hpp"
#include "setup.hpp"
#include "tables.hpp"
#include "trace_file.hpp"

#include "dhg/error.hpp"
#include "os/read_file.hpp"
#include "run/exec.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iostream>
#include <sstream>

namespace dhg::cli {
namespace {

constexpr std::size_t kMaxProgram = 64UL * 1024 * 1024;

std::string read_all(int fd, const std::string& name, const os::Ear& ear) {
  auto text = os::read_to_end(fd, kMaxProgram, &ear);
  if (!text) throw Error(Blame::usage, fmt::format("cannot read {}: {}", name, strerror(errno)));
  if (text->size() > kMaxProgram)
    throw Error(Blame::usage, fmt::format("{} is larger than {} MiB", name, kMaxProgram >> 20));
  return std::move(*text);
}

std::string read_script(const std::string& path, const os::Ear& ear) {
  const auto fd = os::open_to_read(path);
  if (!fd) throw Error(Blame::usage, fmt::format("cannot open '{}': {}", path, strerror(errno)));
  return read_all(fd.get(), "'" + path + "'", ear);
}

struct Source {
  run::Program program;
  bool show_value = false; ///< that of a single expression, as an interactive session does
};

Source read_source(const po::variables_map& values, std::vector<std::string> rest,
                   const os::Ear& ear) {
  Source source;
  auto& [code, filename, argv, show_tables, table_meta] = source.program;
  show_tables = values.count("no-show-tables") == 0;
  table_meta = values.count("no-table-meta") == 0;
  if (values.count("code") != 0) {
    code = values["code"].as<std::string>();
    filename = "<string>";
    argv = {"-c"};
    argv.insert(argv.end(), rest.begin(), rest.end());
    source.show_value = true;
    return source;
  }
  if (rest.empty())
    throw Error(Blame::usage, "what shall be run is missing: -c CODE, a script, or -",
                "see: dhg exec --help");
  source.show_value = rest[0] == "-";
  code =
      source.show_value ? read_all(STDIN_FILENO, "standard input", ear) : read_script(rest[0], ear);
  filename = source.show_value ? "<stdin>" : rest[0];
  argv = std::move(rest);
  return source;
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
  usage.options.add_options()(
      "vm", "run in a virtual machine: the only way there is, and so the default")(
      "code,c", po::value<std::string>()->value_name("CODE"),
      "the program; its arguments follow --")(
      "timeout", po::value<std::string>()->value_name("TIME"),
      "the longest that the run may take, from the start of dhg: 500ms, 30s, 5m")(
      "no-show-tables", "do not look at the tables that the program assigns")(
      "no-table-meta", "show the tables' first rows only: no row counts, columns and types")(
      "json", "print one JSON object instead of the program's output")(
      "trace", po::value<std::string>()->value_name("FILE"),
      "write what happened when, fault by fault, for Perfetto, chrome://tracing or dhg explain")(
      "verbose,v", "print what was used and the time of each phase on stderr");
  add_config_options(usage.options);
  return usage;
}

// The console's last lines tell why a guest died.
class Console {
 public:
  Console() : fd_(memfd_create("dhg-console", MFD_CLOEXEC)) {
    if (!fd_) throw system_error(errno, "cannot create a memory file");
  }
  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  [[nodiscard]] std::string tail() const {
    constexpr off_t kTail = 2000;
    const auto size = lseek(fd_.get(), 0, SEEK_END);
    std::string text(static_cast<std::size_t>(std::min(size, kTail)), '\0');
    const auto got =
        pread(fd_.get(), text.data(), text.size(), size - static_cast<off_t>(text.size()));
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return text;
  }

 private:
  UniqueFd fd_;
};

void print_failure(const run::ExecReport& report, const Console& console) {
  if (report.message.empty() || report.outcome == run::RunOutcome::output_closed) return;
  std::cerr << "dhg: " << report.message << '\n';
  if (!report.hint.empty()) std::cerr << "dhg: " << report.hint << '\n';
  if (report.outcome != run::RunOutcome::failed) return;
  if (const auto tail = console.tail(); !tail.empty())
    std::cerr << "dhg: the guest's console said last:\n" << tail << '\n';
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
  Source source;
  try {
    // The config too may take its time to come: it can be a pipe.
    if (values.count("timeout") != 0)
      limit(config::parse_duration(values["timeout"].as<std::string>()));
    setup = make_setup(values, &ear);
    limit(setup.settings.run.timeout);
    source = read_source(values, invocation.arguments, ear);
  } catch (const os::Interrupted& interrupted) {
    return end_early(interrupted, timeout, as_json, timeline);
  }
  const auto registry = make_registry(setup.layout);
  auto store = make_store(&ear);
  config_span.end();

  std::optional<TraceFile> trace;
  if (values.count("trace") != 0) trace.emplace(values["trace"].as<std::string>());
  run::StreamSink streams;
  run::CaptureSink captured;
  const Console console;
  const auto print = [&](const run::ExecReport& report) {
    if (as_json) {
      std::cout << exec_json(report, captured.out_text(), captured.err_text(), timeline,
                             source.show_value)
                << '\n';
    } else {
      if (source.show_value && report.result.is_expression && report.result.result_repr)
        std::cout << *report.result.result_repr << '\n' << std::flush;
      if (!report.result.tables.empty() && !streams.out_is_at_line_start()) std::cout << '\n';
      print_tables(std::cout, report.result.tables);
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
    _exit(report.exit_code);
  };
  run::ExecReport report;
  if (!is_blank(source.program.code))
    report = run::exec(source.program,
                       {setup.settings, registry, store, setup.layout, signals, timeline,
                        as_json ? static_cast<run::PumpedSink&>(captured) : streams, console.fd(),
                        leave, trace ? &trace->log() : nullptr, as_json || trace});
  if (trace) trace->write(report, timeline);
  const os::SignalsEndUs at_once; // all that is left is to write, to who may not read
  print(report);
  std::cout.flush();
  return report.exit_code;
}

} // namespace

const Command exec_command{"exec", "run Python in a fresh virtual machine", exec_usage, exec};

} // namespace dhg::cli
