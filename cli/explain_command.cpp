#include "command.hpp"

#include "compare/explain/explain.hpp"
#include "dhg/error.hpp"

#include <fmt/format.h>
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
      "It uses nothing but that file.";
  usage.arguments = {{"FILE", "what 'dhg exec --trace' or 'dhg exec --json' wrote", {}}};
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
  std::cout
      << "\nOne run proves nothing. To be sure: dhg compare fast.yaml --vary KEY=THIS,THAT ...\n";
}

int explain_file(const Invocation& invocation) {
  const auto& path = invocation.arguments[0];
  const auto evidence = explain::read_evidence(read_file(path), path);
  print(evidence, explain::explain(evidence));
  return 0;
}

} // namespace

const Command explain_command{"explain", "show where the time of a run went", explain_usage,
                              explain_file};

} // namespace dhg::cli
