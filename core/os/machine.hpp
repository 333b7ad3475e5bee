#pragma once

#include <cstdint>
#include <string>

namespace dhg::os {

[[nodiscard]] std::uint64_t physical_memory() noexcept; ///< bytes
[[nodiscard]] std::string kernel_release();

} // namespace dhg::os
