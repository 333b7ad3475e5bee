#include "conformance.hpp"

#include "suite_report.hpp"

#include "dhg/deadline.hpp"
#include "dhg/error.hpp"
#include "dhg/process.hpp"
#include "os/descriptors.hpp"
#include "os/file.hpp"
#include "os/folder.hpp"
#include "os/process.hpp"
#include "os/readiness.hpp"
#include "os/remove_tree.hpp"
#include "run/images/build_image.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <sstream>
#include <utility>

namespace dhg::cli {
namespace {

using namespace std::chrono_literals;

constexpr int kReportFd = 3;
constexpr std::size_t kMostLines = 8; // of what was found and said

const char* suite_name(dhg_plugin_kind kind) {
  switch (kind) {
    case DHG_PAGE_SERVER:
      return "dhg_conformance";
    case DHG_RESULT_CHANNEL:
      return "dhg_conformance_channels";
    case DHG_VM_LAUNCHER:
      return "dhg_conformance_launchers";
  }
  return "";
}

UniqueFd memory_file() { return os::make_memory_file("dhg-conformance"); }

std::string contents(const UniqueFd& file) {
  constexpr std::uint64_t kMost = 1 << 20;
  return os::head_of(file.get(), kMost);
}

// The group outlives its leader if the plugin started something.
class Group {
 public:
  explicit Group(const ProcessSpec& spec) : leader_(spec) {}
  ~Group() { os::signal_session(leader_.pid(), SIGKILL); }
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;
  [[nodiscard]] ChildProcess& leader() { return leader_; }

 private:
  ChildProcess leader_;
};

// Where a suite's process has its temporary files. Whatever a plugin does to the process, they
// are gone with this object.
class ScratchFolder {
 public:
  ScratchFolder() {
    const auto path = os::make_unique_folder(std::filesystem::temp_directory_path() / "dhg-rule");
    if (!path) throw system_error(errno, "cannot make a folder for temporary files");
    path_ = *path;
  }
  ~ScratchFolder() { os::remove_tree(path_); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

// Whether `environment` has a variable of the same name.
bool is_set_by(const std::vector<std::string>& environment, const std::string& variable) {
  const auto name = variable.substr(0, variable.find('=') + 1);
  return std::any_of(environment.begin(), environment.end(),
                     [&](const auto& other) { return other.starts_with(name); });
}

// A name for Catch2's command line that means this test and no other.
std::string exact(const std::string& rule) {
  std::string result = "\"";
  for (const char c : rule) {
    if (c == '"' || c == '\\' || c == '[' || c == ',') result += '\\';
    result += c;
  }
  return result + '"';
}

// What a program did that was run within bounds.
struct Ended {
  bool in_time = false;
  int status = 0;     // in waitpid(2)'s form, if in time
  std::string out;    // its standard output and errors
  std::string report; // what it wrote to kReportFd
};

// Runs a program in a process group of its own, all of which is gone afterwards.
// `environment` is laid over ours.
Ended run_bounded(const std::string& program, std::vector<std::string> args,
                  const std::vector<std::string>& environment, std::chrono::milliseconds limit,
                  os::SignalFd& signals) {
  const auto out = memory_file();
  const auto report = memory_file();
  ProcessSpec spec{program, std::move(args), environment, {}};
  for (auto& variable : os::own_environment())
    if (!is_set_by(environment, variable)) spec.environment.push_back(std::move(variable));
  spec.descriptors = {
      {out.get(), os::kStandardOutput}, {out.get(), os::kStandardError}, {report.get(), kReportFd}};

  Group group(spec);
  const auto deadline = deadline_in(limit);
  std::array<pollfd, 2> waiting{pollfd{group.leader().process_fd(), POLLIN, 0},
                                pollfd{signals.fd(), POLLIN, 0}};
  for (;;) {
    const bool ready = os::await_any(waiting, deadline);
    if (const int signal = signals.take(); signal != 0) throw run::Interrupted{signal};
    if (!ready) return {false, 0, contents(out), contents(report)};
    if (waiting[0].revents != 0) break;
  }
  const auto status = group.leader().wait(deadline_in(1s));
  return {status.has_value(), status.value_or(0), contents(out), contents(report)};
}

} // namespace

ConformanceSuite::ConformanceSuite(const std::filesystem::path& folder, dhg_plugin_kind kind,
                                   const std::filesystem::path& plugin, os::SignalFd& signals)
    : program_(folder / suite_name(kind)),
      environment_{"DHG_CONFORMANCE_PLUGINS=" + plugin.string()},
      signals_(signals) {
  if (!os::may_run(program_))
    throw system_error(errno,
                       fmt::format("cannot find the conformance suite '{}'", program_.string()),
                       "install the Debian package dhg-dev, or build dhg with -DDHG_BUILD_TESTS=ON "
                       "and install it");
}

std::vector<Rule> ConformanceSuite::rules() const {
  std::vector<Rule> rules;
  for (const bool is_first : {true, false}) {
    // What is tagged [core] concerns the core, whatever the plugin.
    auto ended = run_bounded(
        program_, {"--list-tests", "--verbosity", "quiet", is_first ? "[made]" : "~[made]~[core]"},
        environment_, 10s, signals_);
    const auto before = rules.size();
    std::istringstream lines(ended.out);
    for (std::string line; std::getline(lines, line);)
      if (!line.empty()) rules.push_back({line, is_first});
    if (!ended.in_time || rules.size() == before)
      throw Error(Blame::environment,
                  fmt::format("'{}' lists no rules: {}", program_.string(), ended.out),
                  "install dhg again");
  }
  return rules;
}

RuleResult ConformanceSuite::check(const std::string& rule, std::chrono::milliseconds limit) const {
  const ScratchFolder scratch;
  auto environment = environment_;
  environment.push_back("TMPDIR=" + scratch.path().string());
  const auto begin = std::chrono::steady_clock::now();
  const auto ended = run_bounded(
      program_,
      {exact(rule), "-r", "xml", "-x", "3", "-o", fmt::format("/proc/self/fd/{}", kReportFd)},
      environment, limit, signals_);
  const auto report = read_suite_report(ended.report, rule);
  if (ended.in_time && ended.status == 0 && report.passed) {
    if (report.why_none.empty()) return {Verdict::kept, false, {}};
    return {Verdict::does_not_apply, false, {report.why_none}};
  }
  RuleResult result{Verdict::broken,
                    !ended.in_time || std::chrono::steady_clock::now() - begin >= limit / 4,
                    report.findings};
  if (!ended.in_time)
    result.findings = {fmt::format("found   still running after {} s; killed",
                                   std::chrono::duration<double>(limit).count())};
  else if (!report.is_complete)
    result.findings.push_back(
        fmt::format("found   the suite's process {} before the rule came to its end",
                    describe_wait_status(ended.status)));
  std::istringstream lines(ended.out);
  for (std::string line; std::getline(lines, line) && result.findings.size() < kMostLines;)
    if (!line.empty()) result.findings.push_back("said    " + line);
  return result;
}

} // namespace dhg::cli
