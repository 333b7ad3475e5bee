#include "command.hpp"
#include "report.hpp"
#include "setup.hpp"
#include "tables.hpp"
#include "trace_file.hpp"

#include "dhg/error.hpp"
#include "run/exec.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iostream>
#include <sstream>

namespace dhg::cli {
namespace {

constexpr std::size_t kMaxProgram = 64UL * 1024 * 1024;

std::string read_all(int fd, const std::string& name) {
  std::string text;
  std::array<char, 65536> part;
  for (;;) {
    const auto got = read(fd, part.data(), part.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0)
      throw Error(Blame::usage, fmt::format("cannot read {}: {}", name, strerror(errno)));
    if (got == 0) return text;
    text.append(part.data(), static_cast<std::size_t>(got));
    if (text.size() > kMaxProgram)
      throw Error(Blame::usage, fmt::format("{} is larger than {} MiB", name, kMaxProgram >> 20));
  }
}

std::string read_script(const std::string& path) {
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) throw Error(Blame::usage, fmt::format("cannot open '{}': {}", path, strerror(errno)));
  return read_all(fd.get(), "'" + path + "'");
}

struct Source {
  run::Program program;
  bool show_value = false; ///< that of a single expression, as an interactive session does
};

Source read_source(const po::variables_map& values, std::vector<std::string> rest) {
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
  code = source.show_value ? read_all(STDIN_FILENO, "standard input") : read_script(rest[0]);
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

int exec(const Invocation& invocation) {
  const auto& values = invocation.values;
  os::SignalFd signals; // before any thread
  timing::Timeline timeline(invocation.started);
  auto config_span = timeline.span("config");
  const auto source = read_source(values, invocation.arguments);
  const auto setup = make_setup(values);
  const auto registry = make_registry(setup.layout);
  auto store = make_store();
  config_span.end();

  const bool as_json = values.count("json") != 0;
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
  print(report);
  return report.exit_code;
}

} // namespace

const Command exec_command{"exec", "run Python in a fresh virtual machine", exec_usage, exec};

} // namespace dhg::cli
