#pragma once

#include "run/recipe.hpp"
#include "snapshot/store.hpp"

namespace dhg::run {

/// For a run that names no version: that of the newest complete snapshot which is
/// otherwise as `key` says.
/// @throws Error if there is none, with the command that makes one
[[nodiscard]] std::string newest_version(const snapshot::Store& store,
                                         const snapshot::SnapshotKey& key, const Recipe& recipe);

} // namespace dhg::run
