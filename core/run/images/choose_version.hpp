#pragma once

#include "config/settings.hpp"
#include "run/images/recipe.hpp"
#include "snapshot/store.hpp"

#include <filesystem>
#include <string>

namespace dhg::run {

/// For a run that names no version: that of the newest complete snapshot which is
/// otherwise as `key` says.
/// @throws Error if there is none, with the command that makes one
[[nodiscard]] std::string newest_version(const snapshot::Store& store,
                                         const snapshot::SnapshotKey& key, const Recipe& recipe);

/// The name of the snapshot that a run with these settings restores.
/// @param images Layout::images
/// @throws Error as newest_version() does, or if there is no such image
[[nodiscard]] std::string wanted_snapshot(const std::filesystem::path& images,
                                          const config::Settings& settings,
                                          const snapshot::Store& store,
                                          const std::string& launcher);

} // namespace dhg::run
