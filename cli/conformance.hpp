#pragma once

#include "dhg/plugin.h"
#include "os/signals.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace dhg::cli {

struct Rule {
  std::string name; ///< a sentence
  bool is_first;    ///< all others need what it shows
};

enum class Verdict { kept, broken, does_not_apply };

struct RuleResult {
  Verdict verdict;
  bool was_long; ///< broken, and the plugin was waited for: killed, or a quarter of the limit
  /// Where it was broken, what was seen, a line each; where it does not apply, why.
  std::vector<std::string> findings;
};

/// The conformance suite of a kind of plugin, an installed program, and the plugin
/// that it looks at. Each rule is checked in a process of its own.
class ConformanceSuite {
 public:
  /// @param folder lib/dhg/conformance
  /// @throws Error if the suite is not installed
  ConformanceSuite(const std::filesystem::path& folder, dhg_plugin_kind kind,
                   const std::filesystem::path& plugin, os::SignalFd& signals);

  /// More for the suite's environment: "NAME=value".
  void add_environment(std::string variable) { environment_.push_back(std::move(variable)); }
  /// In the order in which they are to be checked. @throws Error, run::Interrupted
  [[nodiscard]] std::vector<Rule> rules() const;
  /// Only a report in which this rule came to a good end shows that it is kept: the plugin's
  /// own code may end the process with status 0. Leaves no temporary files.
  /// @throws Error, run::Interrupted
  [[nodiscard]] RuleResult check(const std::string& rule, std::chrono::milliseconds limit) const;

 private:
  std::filesystem::path program_;
  std::vector<std::string> environment_;
  os::SignalFd& signals_;
};

} // namespace dhg::cli
