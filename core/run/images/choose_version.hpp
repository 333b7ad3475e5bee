#pragma once

#include "config/settings.hpp"
#include "dhg/vm_launcher.hpp"
#include "run/images/recipe.hpp"
#include "run/plugins.hpp"
#include "snapshot/store.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace dhg::run {

/// For a run that names no version: that of the newest complete snapshot which is
/// otherwise as `key` says. Nothing if there is none.
[[nodiscard]] std::optional<std::string> newest_version(const snapshot::Store& store,
                                                        const snapshot::SnapshotKey& key);

/// What a launcher is, for the choice of a snapshot.
struct LauncherIdentity {
  std::string name;
  std::vector<std::string> changed_options; ///< as config::changed_options() has them
  std::string fingerprint;                  ///< known only with options
};
[[nodiscard]] LauncherIdentity identify(const ActivePlugin<VmLauncher>& launcher);

/// Opens the snapshot that a run with these settings restores: the one that was made with the
/// same options of the launcher, or the one that was made with none, if the launcher's
/// fingerprint says that it can restore that as well.
/// @param images Layout::images
/// @throws Error if there is none or it is damaged, with the command that makes it; or if there
///   is no such image
[[nodiscard]] snapshot::Snapshot open_wanted_snapshot(const std::filesystem::path& images,
                                                      const config::Settings& settings,
                                                      const snapshot::Store& store,
                                                      const LauncherIdentity& launcher);

} // namespace dhg::run
