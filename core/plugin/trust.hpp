#pragma once

#include <filesystem>

namespace dhg::plugin {

/// Refuses a library that somebody else could have written or could replace: the
/// file and every folder above it must belong to root or to the user and must
/// not be world-writable. A sticky folder (/tmp) is accepted, except as the one
/// that holds the library.
///
/// @param library canonical: absolute, without symbolic links
/// @throws Error
void check_trusted(const std::filesystem::path& library);

} // namespace dhg::plugin
