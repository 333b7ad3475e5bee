#pragma once

#include "os/ear.hpp"

#include <cstdint>

namespace dhg::snapshot {

struct Dug {
  std::uint64_t before = 0; ///< bytes on disk
  std::uint64_t after = 0;
};

/// Turns runs of zero pages, of at least `least_run` bytes, into holes. The file's
/// contents do not change. @param ear may be null
/// @throws Error; os::Interrupted
Dug dig_zero_pages(int fd, std::uint64_t least_run, const os::Ear* ear = nullptr);

/// Gives `to`, an empty file, the size, the data and the holes of `from`.
/// @param ear may be null
/// @throws Error; os::Interrupted
void copy_data(int from, int to, const os::Ear* ear = nullptr);

} // namespace dhg::snapshot
