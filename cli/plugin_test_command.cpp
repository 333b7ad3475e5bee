#include "command.hpp"
#include "conformance.hpp"
#include "setup.hpp"

#include "config/units.hpp"
#include "dhg/error.hpp"
#include "run/images/build_image.hpp"
#include "run/images/test_image.hpp"

#include <fmt/format.h>
#include <iostream>

namespace dhg::cli {
namespace {

using namespace std::chrono_literals;

constexpr int kExitBroken = 1;

Usage test_usage() {
  Usage usage;
  usage.about =
      "Runs the conformance suite for the plugin's kind, and reports each broken rule and what\n"
      "was observed. Each rule is checked in its own process, which is killed if it takes too\n"
      "long. To test a launcher, first make the python image: dhg vm prepare --image python.\n"
      "Exits with 0 if the plugin keeps all rules, with 1 if it breaks one, with 125 if it\n"
      "cannot be loaded or the suite is not installed.";
  usage.options.add_options()("limit",
                              po::value<std::string>()->value_name("TIME")->default_value("2m"),
                              "time limit for one rule: 500ms, 30s, 5m");
  usage.arguments = {{"NAME|FILE", "the plugin's name, or the path of its library", {}}};
  return usage;
}

std::chrono::milliseconds limit_of(const po::variables_map& values) {
  const auto& text = values["limit"].as<std::string>();
  const auto limit = config::parse_duration(text);
  if (!limit || *limit <= 0ms)
    throw Error(Blame::usage, fmt::format("--limit cannot be '{}'", text),
                "expected a time such as 500ms, 30s or 5m");
  return *limit;
}

// Loading runs the plugin's own code already: first where it can be ended.
void check_that_it_loads(const std::string& name_or_path, std::chrono::milliseconds limit,
                         os::SignalFd& signals) {
  if (run_bounded("/proc/self/exe", {"plugin", "info", name_or_path}, {}, limit, signals).in_time)
    return;
  throw Error(Blame::environment, fmt::format("plugin '{}' did not load in time", name_or_path),
              "check what the constructors of its static objects do");
}

const char* header_of(dhg_plugin_kind kind) {
  return kind == DHG_PAGE_SERVER      ? "page_server.hpp"
         : kind == DHG_RESULT_CHANNEL ? "result_channel.hpp"
                                      : "vm_launcher.hpp";
}

int report(std::size_t broken, std::size_t all, const std::filesystem::path& contract) {
  if (broken == 0) {
    std::cout << fmt::format("all {} rules are kept\n", all);
    return 0;
  }
  std::cout << fmt::format("{} of {} rules broken; the contract: {}\n", broken, all,
                           contract.string());
  return kExitBroken;
}

int test(const Invocation& invocation) {
  const auto& name_or_path = invocation.arguments[0];
  const auto limit = limit_of(invocation.values);
  os::SignalFd signals;
  const auto layout = run::installed_layout();
  try {
    check_that_it_loads(name_or_path, limit, signals);
    const auto plugin = make_registry(layout).load(name_or_path);
    const auto kind = static_cast<dhg_plugin_kind>(plugin.descriptor->kind);
    ConformanceSuite suite(layout.conformance, kind, plugin.path, signals);
    std::optional<snapshot::Staging> image;
    if (kind == DHG_VM_LAUNCHER) {
      image.emplace(run::stage_test_image(make_store(), layout, signals));
      suite.add_environment("DHG_CONFORMANCE_IMAGE=" + image->path().string());
      suite.add_environment("DHG_CONFORMANCE_SNAPSHOTS=" + (image->path() / "made").string());
    }
    const auto rules = suite.rules();
    std::cout << fmt::format("{} '{}' {}: {} rules\n", plugin::kind_name(kind),
                             plugin.descriptor->name, plugin.descriptor->version, rules.size());
    std::size_t broken = 0;
    for (const auto& rule : rules) {
      const auto result = suite.check(rule, limit);
      std::cout << (result.kept ? "  kept    " : "  BROKEN  ") << rule << '\n';
      for (const auto& finding : result.findings) std::cout << "            " << finding << '\n';
      std::cout.flush();
      broken += result.kept ? 0 : 1;
    }
    return report(broken, rules.size(), layout.headers / header_of(kind));
  } catch (const run::Interrupted& interrupted) {
    std::cerr << "dhg: interrupted\n";
    return 128 + interrupted.signal;
  }
}

} // namespace

const Command plugin_test_command{"plugin test", "check that a plugin keeps the rules of its kind",
                                  test_usage, test};

} // namespace dhg::cli
