#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace dhg::compare {

/// Where a measurement was made.
struct Machine {
  std::string cpu;         ///< the processor's model
  unsigned processors = 0; ///< that this process may use
  std::uint64_t memory_bytes = 0;
  std::string kernel;      ///< its release
  std::string accelerator; ///< "tcg", "kvm", or both; empty without a variant of dhg
  std::string dhg_version;
  std::vector<std::string> vmm_versions; ///< that made the snapshots: "QEMU 7.2.22"
};

/// This machine; the last three members are the caller's.
[[nodiscard]] Machine this_machine();

/// What makes times of the one useless for the other, in words; empty: nothing.
/// Versions do not count: comparing them is what a baseline is for.
[[nodiscard]] std::string differs(const Machine& a, const Machine& b);

} // namespace dhg::compare
