#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace dhg::snapshot {

/// Where images and snapshots are kept: $DHG_CACHE_DIR, $XDG_CACHE_HOME/dhg, or
/// $HOME/.cache/dhg.
/// @throws Error(Blame::usage) if none is set, or one is not absolute
[[nodiscard]] std::filesystem::path cache_root(
    const std::function<std::optional<std::string>(const char*)>& environment);

/// "python-qemu-512m-1c". Pure.
[[nodiscard]] std::string snapshot_name(std::string_view image, std::string_view launcher,
                                        std::uint64_t memory_bytes, unsigned vcpus);

/// The command that makes the snapshot of that name. Pure.
[[nodiscard]] std::string prepare_command(std::string_view snapshot_name);

/// Whether a name can be joined to a folder's path and stays in that folder:
/// letters, digits, '-', '_' and '.', the latter not in front; at most 200 of
/// them.
[[nodiscard]] bool is_plain_name(std::string_view name);

} // namespace dhg::snapshot
