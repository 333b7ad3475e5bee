#pragma once

#include "dhg/unique_fd.hpp"
#include "os/ear.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace dhg::os {

/// Opens a file for reading. A FIFO that nobody writes to is waited for later, by
/// read_to_end(). @return empty, with errno, if that cannot be
[[nodiscard]] UniqueFd open_to_read(const std::string& path);

/// Reads to the end of `fd`, which may be a pipe, a FIFO or a terminal, or one byte more
/// than `most`. @param ear may be null
/// @return nothing, with errno, if it cannot be read; @throws Interrupted
[[nodiscard]] std::optional<std::string> read_to_end(int fd, std::size_t most, const Ear* ear);

} // namespace dhg::os
