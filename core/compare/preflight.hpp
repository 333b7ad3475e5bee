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
};

/// Finds out, without running anything, whether a run with these settings can be made.
/// @throws Error if it cannot
using VariantCheck = std::function<VariantFacts(const config::Settings&)>;

/// Has each variant checked: what cannot run is said before anything is measured. Tells
/// `measurement` the accelerators and the VMMs' versions.
/// @return of each variant the files whose pages a run reads; none for an external
/// @throws Error that names the variant
[[nodiscard]] std::vector<std::vector<std::filesystem::path>> check_variants(
    Measurement& measurement, const VariantCheck& check);

} // namespace dhg::compare
