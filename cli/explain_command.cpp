#include "command.hpp"
#include "setup.hpp"

#include "compare/explain/explain.hpp"
#include "dhg/error.hpp"
#include "plugin/descriptor.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

namespace dhg::cli {
namespace {

namespace explain = compare::explain;

constexpr std::uintmax_t kLargest = 256UL * 1024 * 1024;

Usage explain_usage() {
  Usage usage;
  usage.about =
      "Shows where the time of a run went, and which settings its record suggests changing.\n"
      "Of a comparison, it shows each run in a line and the run of median time in full.";
  usage.arguments = {
      {"FILE", "what 'dhg exec --trace', 'dhg exec --json' or 'dhg compare --json' wrote", {}}};
  return usage;
}

std::string read_file(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) throw Error(Blame::usage, fmt::format("cannot read '{}': {}", path, error.message()));
  if (size > kLargest)
    throw Error(Blame::usage,
                fmt::format("'{}' is larger than {} MiB", path, kLargest / 1024 / 1024));
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) throw Error(Blame::usage, fmt::format("cannot read '{}'", path));
  return text.str();
}

void print(const explain::Evidence& evidence, const explain::Explanation& explanation) {
  std::cout << fmt::format(
      "{:.1f} ms in total; page server {}, result channel {}, {}\n\n", evidence.elapsed_ms,
      evidence.page_server, evidence.result_channel,
      evidence.accelerator.empty() ? "no machine was restored" : evidence.accelerator);
  for (const auto& substitution : evidence.substitutions)
    std::cout << "not as asked for: " << substitution << '\n';
  std::cout << "The longest steps, one after the other:\n";
  constexpr std::size_t kShown = 6;
  for (std::size_t i = 0; i < std::min(kShown, explanation.steps.size()); ++i) {
    const auto& step = explanation.steps[i];
    std::cout << fmt::format("{:>9.2f} ms {:>4.0f} %  {}\n", step.ms, 100 * step.share, step.name);
  }
  std::cout << "\nMemory:\n";
  for (const auto& line : explanation.memory) std::cout << "  " << line << '\n';
  std::cout << "\nSuggested by this record:\n";
  for (const auto& suggestion : explanation.suggestions) {
    std::cout << fmt::format("  {}{}{}\n", suggestion.setting,
                             suggestion.setting.empty() ? "" : ": ", suggestion.what);
    std::cout << (suggestion.saves_ms ? fmt::format("    may save about {:.1f} ms of {:.1f}: ",
                                                    *suggestion.saves_ms, evidence.elapsed_ms)
                                      : "    saving unknown: ")
              << suggestion.basis << '\n';
  }
  if (explanation.suggestions.empty()) std::cout << "  nothing\n";
}

using Servers = std::vector<explain::PageServerFacts>;

// Those of this installation and of DHG_PLUGIN_PATH.
Servers known_page_servers() {
  Servers servers;
  for (const auto& listed : make_registry(run::installed_layout()).usable(DHG_PAGE_SERVER)) {
    const auto traits = plugin::traits_of(*listed.plugin->descriptor);
    servers.push_back({listed.name, (traits.bits & DHG_TRAIT_NO_FAULTS) == 0,
                       (traits.bits & DHG_TRAIT_LEARNS) != 0,
                       (traits.bits & DHG_TRAIT_ATTACHES_AT_ONCE) != 0, traits.fault_bytes});
  }
  return servers;
}

std::string in_a_line(const explain::ComparedRun& run) {
  if (!run.failure.empty()) return "failed: " + run.failure;
  auto line = fmt::format("{:.1f} ms", run.evidence.elapsed_ms);
  const auto steps = explain::explain(run.evidence, {}).steps;
  constexpr std::size_t kShown = 3;
  for (std::size_t i = 0; i < std::min(kShown, steps.size()); ++i)
    line += fmt::format("{} {} {:.1f}", i == 0 ? ":" : ",", steps[i].name, steps[i].ms);
  return line + fmt::format("; {} faults", run.evidence.faults);
}

// The run whose time is the median one of its variant.
const explain::Evidence* typical(std::vector<const explain::Evidence*> runs) {
  if (runs.empty()) return nullptr;
  const auto middle = runs.begin() + static_cast<std::ptrdiff_t>((runs.size() - 1) / 2);
  std::nth_element(runs.begin(), middle, runs.end(),
                   [](const auto* a, const auto* b) { return a->elapsed_ms < b->elapsed_ms; });
  return *middle;
}

void print_comparison(const std::vector<explain::ComparedRun>& runs, const Servers& servers) {
  std::vector<std::string> variants;
  for (const auto& run : runs)
    if (std::find(variants.begin(), variants.end(), run.variant) == variants.end())
      variants.push_back(run.variant);
  if (variants.empty()) std::cout << "no run of dhg is in this comparison\n";
  for (const auto& variant : variants) {
    std::cout << fmt::format("{}{}, run by run:\n", variant == variants.front() ? "" : "\n",
                             variant);
    std::vector<const explain::Evidence*> succeeded;
    for (const auto& run : runs) {
      if (run.variant != variant) continue;
      std::cout << fmt::format("  round {}: {}\n", run.round, in_a_line(run));
      if (run.failure.empty()) succeeded.push_back(&run.evidence);
    }
    if (const auto* evidence = typical(std::move(succeeded))) {
      std::cout << "\nIts run of median time: ";
      print(*evidence, explain::explain(*evidence, servers));
    }
  }
}

int explain_file(const Invocation& invocation) {
  const auto& path = invocation.arguments[0];
  const auto text = read_file(path);
  if (const auto runs = explain::read_compared_runs(text, path)) {
    print_comparison(*runs, known_page_servers());
    return 0;
  }
  const auto evidence = explain::read_evidence(text, path);
  print(evidence, explain::explain(evidence, known_page_servers()));
  std::cout
      << "\nOne run proves nothing. To be sure: dhg compare fast.yaml --vary KEY=THIS,THAT ...\n";
  return 0;
}

} // namespace

const Command explain_command{"explain", "show where the time of a run went", explain_usage,
                              explain_file};

} // namespace dhg::cli
