#pragma once

#include "output_file.hpp"

#include "run/exec/exec.hpp"

#include <string>

namespace dhg::cli {

/// The file of `dhg exec --trace`, and the log of faults that goes into it.
class TraceFile {
 public:
  explicit TraceFile(const std::string& path) : file_(path), log_(kMostEvents) {}

  [[nodiscard]] memory::FaultLog& log() noexcept { return log_; }
  /// Leaves no file. The log stays.
  void discard() noexcept { file_.discard(); }
  void write(const run::ExecReport& report, const timing::Timeline& timeline);

 private:
  // What a viewer can still show; some 30 MiB of JSON. The trace says what is missing.
  static constexpr std::size_t kMostEvents = 200'000;

  OutputFile file_;
  memory::FaultLog log_;
};

} // namespace dhg::cli
