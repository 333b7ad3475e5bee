#pragma once

#include <filesystem>

namespace dhg::bench {

/// Copies all data of the file into missing memory, from this process itself and with
/// all processors. @return seconds
[[nodiscard]] double parallel_copy_seconds(const std::filesystem::path& memory);

} // namespace dhg::bench
