#include "conformance.hpp"

#include "dhg/deadline.hpp"
#include "dhg/error.hpp"
#include "dhg/process.hpp"
#include "os/descriptors.hpp"
#include "os/file.hpp"
#include "os/process.hpp"
#include "os/readiness.hpp"
#include "run/images/build_image.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <cerrno>
#include <csignal>
#include <sstream>
#include <utility>

namespace dhg::cli {
namespace {

using boost::property_tree::ptree;
using namespace std::chrono_literals;

constexpr int kReportFd = 3;
constexpr std::size_t kMostFindings = 6;

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

std::string text_of(const ptree& node, const char* name) {
  auto text = node.get<std::string>(name, "");
  const auto is_space = [](unsigned char c) { return std::isspace(c) != 0; };
  text.erase(text.begin(), std::find_if_not(text.begin(), text.end(), is_space));
  text.erase(std::find_if_not(text.rbegin(), text.rend(), is_space).base(), text.end());
  return text;
}

// Walks what Catch2 reports in XML; what it says beside an assertion precedes it.
class Findings {
 public:
  explicit Findings(const ptree& node) { walk(node); }
  [[nodiscard]] std::vector<std::string> take() { return std::move(lines_); }

 private:
  void walk(const ptree& node) {
    for (const auto& [name, child] : node) {
      if (name == "Info" || name == "Warning") {
        circumstances_.push_back(text_of(child, ""));
      } else if (name == "Expression" || name == "Exception" || name == "Failure" ||
                 name == "FatalErrorCondition") {
        add(name, child);
        circumstances_.clear();
      } else {
        walk(child);
      }
    }
  }

  void add(const std::string& kind, const ptree& node) {
    if (node.get("<xmlattr>.success", false)) return;
    for (const auto& text : circumstances_) line("with", text);
    if (kind != "Expression") return line("found", text_of(node, ""));
    line("wanted", text_of(node, "Original"));
    for (const auto* what : {"Exception", "FatalErrorCondition"})
      if (const auto text = text_of(node, what); !text.empty()) return line("found", text);
    line("found", text_of(node, "Expanded"));
  }

  void line(const char* role, const std::string& text) {
    auto whole = fmt::format("{:<7} {}", role, text);
    if (std::find(lines_.begin(), lines_.end(), whole) == lines_.end())
      lines_.push_back(std::move(whole));
  }

  std::vector<std::string> circumstances_;
  std::vector<std::string> lines_;
};

std::vector<std::string> read_findings(const std::string& report) {
  ptree tree;
  std::istringstream stream(report);
  try {
    boost::property_tree::read_xml(stream, tree);
  } catch (const boost::property_tree::xml_parser_error&) {
    return {}; // the suite died while it wrote
  }
  auto findings = Findings(tree).take();
  if (findings.size() > kMostFindings) {
    findings.resize(kMostFindings);
    findings.emplace_back("...");
  }
  return findings;
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

} // namespace

Ended run_bounded(const std::string& program, std::vector<std::string> args,
                  const std::vector<std::string>& environment, std::chrono::milliseconds limit,
                  os::SignalFd& signals) {
  const auto out = memory_file();
  const auto report = memory_file();
  ProcessSpec spec{program, std::move(args), environment, {}};
  const auto own = os::own_environment();
  spec.environment.insert(spec.environment.end(), own.begin(), own.end());
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

std::vector<std::string> ConformanceSuite::rules() const {
  // What is tagged so concerns the core, whatever the plugin.
  auto ended = run_bounded(program_, {"--list-tests", "--verbosity", "quiet", "~[core]"},
                           environment_, 10s, signals_);
  std::vector<std::string> rules;
  std::istringstream lines(ended.out);
  for (std::string line; std::getline(lines, line);)
    if (!line.empty()) rules.push_back(line);
  if (!ended.in_time || rules.empty())
    throw Error(Blame::environment,
                fmt::format("'{}' lists no rules: {}", program_.string(), ended.out),
                "install dhg again");
  return rules;
}

RuleResult ConformanceSuite::check(const std::string& rule, std::chrono::milliseconds limit) const {
  const auto ended = run_bounded(
      program_,
      {exact(rule), "-r", "xml", "-x", "3", "-o", fmt::format("/proc/self/fd/{}", kReportFd)},
      environment_, limit, signals_);
  if (!ended.in_time)
    return {false, {fmt::format("found   still running after {} s; killed", limit.count() / 1000)}};
  if (ended.status == 0) return {true, {}};
  RuleResult result{false, read_findings(ended.report)};
  if (result.findings.empty())
    result.findings.push_back("found   the suite " + describe_wait_status(ended.status));
  std::istringstream lines(ended.out);
  for (std::string line; std::getline(lines, line) && result.findings.size() < kMostFindings;)
    result.findings.push_back("said    " + line);
  return result;
}

} // namespace dhg::cli
