#pragma once

#include <cstddef>
#include <span>

namespace dhg::os {

/// Fills `into` with the kernel's random bytes. @throws Error
void fill_randomly(std::span<std::byte> into);

} // namespace dhg::os
