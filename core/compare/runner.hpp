#pragma once

#include "compare/measurement.hpp"
#include "compare/preflight.hpp"

#include "os/signals.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace dhg::compare {

/// What a measurement works with.
struct RunnerContext {
  /// The options of `dhg exec` that name the program: {"-c", code} or {script}.
  std::vector<std::string> program;
  /// Of each variant, by its index.
  std::vector<VariantFacts> facts;
  /// Of each variant: where its page server keeps its notes; empty: where its config says.
  std::vector<std::filesystem::path> notes;
  std::vector<std::string> environment; ///< of every run
  std::chrono::milliseconds limit{};    ///< of one run
  os::SignalFd& signals;
  /// Called after each run: how many are done, and how many there are.
  std::function<void(std::size_t done, std::size_t all)> progress;
};

/// Makes the runs that `measurement` plans and adds them to it. A signal ends it early,
/// with what there is so far.
void measure(Measurement& measurement, const RunnerContext& context);

} // namespace dhg::compare
