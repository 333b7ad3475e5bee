#pragma once

#include <filesystem>

namespace dhg::plugin {

/// Checks that a file is a whole shared object for this processor. The dynamic
/// linker does not check the end of the file: it maps a truncated one, and the
/// process dies of SIGBUS.
/// @throws Error
void check_shared_object(const std::filesystem::path& library);

} // namespace dhg::plugin
