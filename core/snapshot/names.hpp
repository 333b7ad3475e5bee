#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace dhg::snapshot {

/// Where images and snapshots are kept: $DHG_CACHE_DIR, $XDG_CACHE_HOME/dhg, or
/// $HOME/.cache/dhg.
/// @throws Error(Blame::usage) if none is set, or one is not absolute
[[nodiscard]] std::filesystem::path cache_root(
    const std::function<std::optional<std::string>(const char*)>& environment);

/// What tells one snapshot from another.
struct SnapshotKey {
  std::string image;
  std::string version; ///< of an image that comes in versions, else empty
  std::string launcher;
  std::vector<std::string> launcher_options; ///< those that differ from their defaults
  std::uint64_t memory_bytes = 0;
  unsigned vcpus = 1;
  std::string jvm; ///< the choice of JVM arguments, if it is not the image's first
};

/// "python-qemu-512m-1c", "deephaven-41.1-qemu-3072m-1c-seeds"; "python-qemu.1f0c2b7a-512m-1c"
/// with options of the launcher. Pure.
[[nodiscard]] std::string snapshot_name(const SnapshotKey& key);

} // namespace dhg::snapshot
