#include "command.hpp"
#include "conformance.hpp"
#include "plugin_test_options.hpp"
#include "setup.hpp"

#include "config/units.hpp"
#include "dhg/error.hpp"
#include "os/ear.hpp"
#include "run/images/build_image.hpp"
#include "run/images/test_image.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <iostream>

namespace dhg::cli {
namespace {

using namespace std::chrono_literals;

constexpr int kExitBroken = 1;
// Rules that were broken after a long wait: the others would be waited for in vain.
constexpr std::size_t kMostLong = 3;

Usage test_usage() {
  Usage usage;
  usage.about =
      "Runs the conformance suite for the plugin's kind, and reports each broken rule and what\n"
      "was observed. Each rule is checked in its own process, which is killed if it takes too\n"
      "long; after three such rules, the others are not tried. To test a launcher, first make\n"
      "the python image: dhg vm prepare --image python.\n"
      "Exits with 0 if the plugin keeps all rules that apply to it, with 1 if it breaks one,\n"
      "with 125 if it cannot be loaded or the suite is not installed.";
  usage.options.add_options()(
      "rule", po::value<std::vector<std::string>>()->value_name("TEXT")->composing(),
      "only the first rule and those whose names contain TEXT; may be repeated")(
      "list", po::bool_switch(), "print the names of the rules and check none")(
      "set", po::value<std::vector<std::string>>()->value_name("KEY=VALUE")->composing(),
      "an option of the plugin, as for dhg exec: page_server.options.NAME=VALUE")(
      "limit", po::value<std::string>()->value_name("TIME"),
      "time limit for one rule: 500ms, 30s (default: 20s, result channels 30s, launchers 60s)");
  usage.arguments = {{"NAME|FILE", "the plugin's name, or the path of its library", {}}};
  return usage;
}

// Several times what the slowest rule takes on a machine that has much else to do: see
// docs/plugins.md.
std::chrono::milliseconds default_limit(dhg_plugin_kind kind) {
  return kind == DHG_PAGE_SERVER ? 20s : kind == DHG_RESULT_CHANNEL ? 30s : 60s;
}

std::optional<std::chrono::milliseconds> given_limit(const po::variables_map& values) {
  if (values.count("limit") == 0) return std::nullopt;
  const auto& text = values["limit"].as<std::string>();
  const auto limit = config::parse_duration(text);
  if (!limit || *limit <= 0ms)
    throw Error(Blame::usage, fmt::format("--limit cannot be '{}'", text),
                "expected a time such as 500ms, 30s or 5m");
  return *limit;
}

std::vector<std::string> texts(const po::variables_map& values, const char* name) {
  return values.count(name) != 0 ? values[name].as<std::vector<std::string>>()
                                 : std::vector<std::string>{};
}

const char* header_of(dhg_plugin_kind kind) {
  return kind == DHG_PAGE_SERVER      ? "page_server.hpp"
         : kind == DHG_RESULT_CHANNEL ? "result_channel.hpp"
                                      : "vm_launcher.hpp";
}

const char* verdict_word(Verdict verdict) {
  return verdict == Verdict::kept ? "kept   " : verdict == Verdict::broken ? "BROKEN " : "n/a    ";
}

// Those whose names contain one of `wanted`, or all; and the first, which the others need.
std::vector<Rule> select(std::vector<Rule> rules, const std::vector<std::string>& wanted) {
  const auto contains = [](const Rule& rule, const std::string& text) {
    return rule.name.find(text) != std::string::npos;
  };
  for (const auto& text : wanted)
    if (std::none_of(rules.begin(), rules.end(),
                     [&](auto& rule) { return contains(rule, text); })) {
      std::string all;
      for (const auto& rule : rules) all += "\n  " + rule.name;
      throw Error(Blame::usage, fmt::format("--rule: no rule's name contains '{}'", text),
                  "the rules are:" + all);
    }
  if (!wanted.empty())
    std::erase_if(rules, [&](const Rule& rule) {
      return !rule.is_first && std::none_of(wanted.begin(), wanted.end(),
                                            [&](const auto& text) { return contains(rule, text); });
    });
  return rules;
}

struct Tally {
  std::size_t kept = 0;
  std::size_t broken = 0;
  std::size_t does_not_apply = 0;
  std::size_t was_long = 0;
};

void print(const Rule& rule, const RuleResult& result) {
  if (result.verdict == Verdict::does_not_apply) {
    std::cout << fmt::format("  n/a     {}: {}\n", rule.name, result.findings.front());
  } else {
    std::cout << fmt::format("  {} {}\n", verdict_word(result.verdict), rule.name);
    for (const auto& finding : result.findings) std::cout << "            " << finding << '\n';
  }
  std::cout.flush();
}

void count(const RuleResult& result, Tally& tally) {
  auto& counter = result.verdict == Verdict::kept     ? tally.kept
                  : result.verdict == Verdict::broken ? tally.broken
                                                      : tally.does_not_apply;
  ++counter;
  if (result.was_long) ++tally.was_long;
}

// @return whether it makes sense to check the other rules
bool go_on(const Rule& rule, const RuleResult& result, const Tally& tally) {
  return tally.was_long < kMostLong && !(rule.is_first && result.verdict == Verdict::broken);
}

int report(const Tally& tally, std::size_t all, const std::filesystem::path& contract) {
  const auto tried = tally.kept + tally.broken + tally.does_not_apply;
  if (tried < all)
    std::cout << fmt::format("{} not tried: {}\n", all - tried,
                             tally.was_long >= kMostLong
                                 ? fmt::format("{} were broken after a long wait", tally.was_long)
                                 : "they need what the first rule asks for");
  if (tally.broken == 0) {
    std::cout << fmt::format("all {} rules{} are kept\n", tally.kept,
                             tally.does_not_apply > 0 ? " that apply" : "");
    return 0;
  }
  std::cout << fmt::format("{} of {} rules broken; the contract: {}\n", tally.broken,
                           tally.kept + tally.broken, contract.string());
  return kExitBroken;
}

int check(const ConformanceSuite& suite, const std::vector<Rule>& rules,
          std::chrono::milliseconds limit, const std::filesystem::path& contract) {
  Tally tally;
  for (const auto& rule : rules) {
    const auto result = suite.check(rule.name, limit);
    print(rule, result);
    count(result, tally);
    if (!go_on(rule, result, tally)) break;
  }
  return report(tally, rules.size(), contract);
}

int test(const Invocation& invocation) {
  const auto& name_or_path = invocation.arguments[0];
  const auto& values = invocation.values;
  const auto given = given_limit(values);
  os::SignalFd signals;
  const auto layout = run::installed_layout();
  try {
    const os::Ear ear(signals);
    const auto registry = make_registry(layout);
    const calls::Supervisor::Attention attention(registry.supervisor(), ear);
    const auto plugin = registry.load(name_or_path);
    const auto kind = static_cast<dhg_plugin_kind>(plugin.descriptor->kind);
    const PluginTestOptions options(texts(values, "set"), *plugin.descriptor);
    ConformanceSuite suite(layout.conformance, kind, plugin.path, signals);
    suite.add_environment(options.variable());
    const auto rules = select(suite.rules(), texts(values, "rule"));
    if (values["list"].as<bool>()) {
      for (const auto& rule : rules) std::cout << rule.name << '\n';
      return 0;
    }
    std::optional<snapshot::Staging> image;
    if (kind == DHG_VM_LAUNCHER) {
      image.emplace(run::stage_test_image(make_store(), layout, signals));
      suite.add_environment("DHG_CONFORMANCE_IMAGE=" + image->path().string());
      suite.add_environment("DHG_CONFORMANCE_SNAPSHOTS=" + (image->path() / "made").string());
    }
    std::cout << fmt::format("{} '{}' {}{}: {} rule{}\n", plugin::kind_name(kind),
                             plugin.descriptor->name, plugin.descriptor->version,
                             options.in_words(), rules.size(), rules.size() == 1 ? "" : "s");
    return check(suite, rules, given.value_or(default_limit(kind)),
                 layout.headers / header_of(kind));
  } catch (const run::Interrupted& interrupted) {
    std::cerr << "dhg: interrupted\n";
    return 128 + interrupted.signal;
  }
}

} // namespace

const Command plugin_test_command{"plugin test", "check that a plugin keeps the rules of its kind",
                                  test_usage, test};

} // namespace dhg::cli
