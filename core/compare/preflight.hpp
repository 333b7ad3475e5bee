#pragma once

#include "compare/measurement.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace dhg::compare {

/// What is known of a run before it is made.
struct VariantFacts {
  std::string accelerator;                  ///< "tcg" or "kvm"
  std::string vmm_version;                  ///< that made the snapshot: "QEMU 7.2.22"
  std::vector<std::filesystem::path> files; ///< whose pages it reads
  std::string substitution;                 ///< what is used instead of what was asked for
  std::string learner;                      ///< its page server, if that learns from runs
  std::filesystem::path snapshot;           ///< the folder of its snapshot
};

/// Finds out, without running anything, whether a run with these settings can be made.
/// @throws Error if it cannot
using VariantCheck = std::function<VariantFacts(const config::Settings&)>;

/// Has each variant checked: what cannot run is said before anything is measured. Tells
/// `measurement` the accelerators and the VMMs' versions.
/// @return what is known of each variant; of an external nothing
/// @throws Error that names the variant
[[nodiscard]] std::vector<VariantFacts> check_variants(Measurement& measurement,
                                                       const VariantCheck& check);

} // namespace dhg::compare
