#pragma once

#include <filesystem>

namespace dhg::os {

/// Removes a folder and what is below it, on its own file system: what is mounted in it
/// stays, and so does the way there. A helper that was killed may have left mounts, and
/// behind those lies the host. Does not follow links; what cannot be removed is left.
void remove_tree(const std::filesystem::path& path) noexcept;

} // namespace dhg::os
