#pragma once

#include "dhg/plugin.h"
#include "os/signals.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace dhg::cli {

/// What a program did that was run within bounds.
struct Ended {
  bool in_time = false;
  int status = 0;     ///< in waitpid(2)'s form, if in time
  std::string out;    ///< its standard output and errors
  std::string report; ///< what it wrote to descriptor 3
};

/// Runs a program in a process group of its own, all of which is gone afterwards.
/// @param environment is added to ours
/// @throws run::Interrupted, Error
[[nodiscard]] Ended run_bounded(const std::string& program, std::vector<std::string> args,
                                const std::vector<std::string>& environment,
                                std::chrono::milliseconds limit, os::SignalFd& signals);

struct RuleResult {
  bool kept = false;
  std::vector<std::string> findings; ///< what was seen where it was broken, a line each
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
  /// Each a sentence. @throws Error, run::Interrupted
  [[nodiscard]] std::vector<std::string> rules() const;
  /// @throws Error, run::Interrupted
  [[nodiscard]] RuleResult check(const std::string& rule, std::chrono::milliseconds limit) const;

 private:
  std::filesystem::path program_;
  std::vector<std::string> environment_;
  os::SignalFd& signals_;
};

} // namespace dhg::cli
