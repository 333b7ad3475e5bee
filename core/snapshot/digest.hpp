#pragma once

#include "os/ear.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace dhg::snapshot {

/// XXH3-128 of a file's bytes, in hex. Holes are not read, but count as the zeros
/// that they are. Finds damage, not malice. @param ear may be null
/// @throws Error; os::Interrupted
[[nodiscard]] std::string digest_of_file(const std::filesystem::path& path,
                                         const os::Ear* ear = nullptr);
/// The same of a file that is open for reading; `path` is for messages.
[[nodiscard]] std::string digest_of_open_file(int fd, const std::filesystem::path& path,
                                              const os::Ear* ear = nullptr);

/// The same of a text.
[[nodiscard]] std::string digest_of_text(std::string_view text);

/// One digest of several files and folders: of their relative names, executable bits
/// and contents. Editor and interpreter leftovers (__pycache__, tests) do not count.
[[nodiscard]] std::string digest_of_tree(const std::vector<std::filesystem::path>& paths);

} // namespace dhg::snapshot
