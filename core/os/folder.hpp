#pragma once

#include "dhg/unique_fd.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace dhg::os {

/// A folder that is open: its files by their names, wherever the folder is moved to.
class Folder {
 public:
  /// @throws Error if it is none, or cannot be opened
  explicit Folder(const std::filesystem::path& path);

  // As of os/file.hpp: nothing, or false, with errno.
  [[nodiscard]] UniqueFd open_no_link(const std::string& name) const noexcept;
  [[nodiscard]] UniqueFd create_file(const std::string& name) const noexcept;
  [[nodiscard]] bool rename(const std::string& from, const std::string& to) const noexcept;
  void remove(const std::string& name) const noexcept;

 private:
  UniqueFd fd_;
};

/// Makes a folder that only we can use. @return false, with errno
[[nodiscard]] bool make_private_folder(const std::filesystem::path& path) noexcept;

/// Makes a folder of our own with a name that begins like `path` and is nobody else's.
/// @return nothing, with errno
[[nodiscard]] std::optional<std::filesystem::path> make_unique_folder(
    const std::filesystem::path& path);

/// Moves to where nothing is. @return false, with errno
[[nodiscard]] bool rename_to_new(const std::filesystem::path& from,
                                 const std::filesystem::path& to) noexcept;
/// Each becomes the other, in one step. @return false, with errno
[[nodiscard]] bool exchange(const std::filesystem::path& one,
                            const std::filesystem::path& other) noexcept;

} // namespace dhg::os
