#pragma once

#include <filesystem>

namespace dhg::fakes {

/// The folder of libdhg_core: plugins and what the suites start lie below it, in the
/// build tree as where they are installed.
[[nodiscard]] std::filesystem::path library_folder();

} // namespace dhg::fakes
