#pragma once

#include "plugin/registry.hpp"
#include "run/compare/measurement.hpp"
#include "run/layout.hpp"
#include "snapshot/store.hpp"

#include <filesystem>
#include <vector>

namespace dhg::run::compare {

/// Loads the plugins of each variant, with their options, and opens its snapshot: what
/// cannot run is said before anything is measured. Tells `measurement` the
/// accelerators and the VMMs' versions.
/// @return of each variant the files whose pages a run reads
/// @throws Error that names the variant
[[nodiscard]] std::vector<std::vector<std::filesystem::path>> check_variants(
    Measurement& measurement, const plugin::Registry& registry, const snapshot::Store& store,
    const Layout& layout);

} // namespace dhg::run::compare
