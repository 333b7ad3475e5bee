#pragma once

#include "config/settings.hpp"
#include "plugin/registry.hpp"
#include "run/layout.hpp"
#include "snapshot/store.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace dhg::run {

/// What is known of a run before it is made.
struct Preflight {
  std::string accelerator;
  std::string vmm_version;                  ///< that made the snapshot
  std::vector<std::filesystem::path> files; ///< of the snapshot, whose pages a run reads
  std::string substitution;                 ///< as substitution_for() says
  std::string learner;            ///< the page server, if it learns and is not substituted
  std::filesystem::path snapshot; ///< its folder
};

/// Loads the plugins that the settings name, with their options, and opens the snapshot:
/// finds what would keep a run from beginning, without beginning one.
/// @throws Error
[[nodiscard]] Preflight preflight(const config::Settings& settings,
                                  const plugin::Registry& registry, const snapshot::Store& store,
                                  const Layout& layout);

} // namespace dhg::run
