#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace dhg::os {

/// Which pages of a file are in the page cache (mincore(2)); one entry a page.
/// @throws Error if the file cannot be read, or is not ours: then the kernel does
///   not tell
[[nodiscard]] std::vector<bool> resident_pages(const std::filesystem::path& file);

/// Asks the kernel to drop the file's pages (POSIX_FADV_DONTNEED), after writing
/// what is dirty. Pages that somebody has mapped stay: look at resident_pages().
/// @throws Error if the file cannot be opened
void drop_pages(const std::filesystem::path& file);

/// Asks the kernel to begin to read a part of a file.
void read_ahead(int fd, std::uint64_t offset, std::uint64_t length) noexcept;

} // namespace dhg::os
