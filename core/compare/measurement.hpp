#pragma once

#include "compare/machine.hpp"
#include "compare/phases.hpp"
#include "compare/variant.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dhg::compare {

/// What a run printed, and how it ended.
struct Output {
  int exit_code = 0; ///< 128 + n for a signal n
  std::string out;
  std::string err;
  std::string tables; ///< of dhg: what the program assigned, as dhg exec --json tells it
  friend bool operator==(const Output&, const Output&) = default;
};

/// What dhg tells about a run of its own, beside the time.
struct Costs {
  PhaseTimes phases{};
  std::uint64_t faults = 0;
  std::uint64_t copied_bytes = 0;
  std::uint64_t zeroed_bytes = 0;
  std::uint64_t dhg_peak_bytes = 0;
  std::uint64_t vmm_peak_bytes = 0;
  /// Bytes of the snapshot's files that were not in the page cache before the run
  /// and are after it; nothing where that could not be learnt.
  std::optional<std::uint64_t> cache_miss_bytes;
};

struct Run {
  std::size_t variant = 0;
  std::size_t round = 0; ///< from 0, warm-up rounds first
  bool warm_up = false;
  double began_s = 0; ///< after the first run began
  double wall_ms = 0; ///< from before its process is made until that has ended
  double cpu_ms = 0;  ///< user and system, of its process and those it waited for
  std::uint64_t major_faults = 0;
  std::optional<std::uint64_t> peak_bytes; ///< external: of its largest process
  std::uint64_t left_in_cache = 0;         ///< --cache cold: bytes that could not be dropped
  std::string failure;                     ///< empty if it succeeded
  Output output;
  std::optional<Costs> costs; ///< of dhg, when it succeeded
};

enum class CacheMode { warm, cold };

/// Who learns from a run in which a page server learns.
enum class Learning {
  none,     ///< no variant's page server learns
  apart,    ///< the next runs of the same variant
  together, ///< all later runs on the snapshot, of whatever variant
};

/// All that was asked for and all that was found, nothing left out.
struct Measurement {
  std::vector<Variant> variants;
  std::vector<Run> runs; ///< in the order in which they were made
  std::string program;   ///< the code, or the script's name
  std::size_t rounds = 0;
  std::size_t warm_up_rounds = 0;
  std::uint64_t seed = 1;
  CacheMode cache = CacheMode::warm;
  Learning learning = Learning::none;
  std::string began; ///< UTC, RFC 3339
  Machine machine;
  bool interrupted = false;
  std::vector<std::string> notes; ///< what a reader has to know, in sentences
};

} // namespace dhg::compare
