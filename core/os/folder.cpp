#include "os/folder.hpp"

#include "dhg/error.hpp"
#include "os/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

namespace dhg::os {

Folder::Folder(const std::filesystem::path& path) : fd_(open_folder(path)) {
  if (!fd_) throw system_error(errno, fmt::format("cannot open '{}'", path.string()));
}

UniqueFd Folder::open_no_link(const std::string& name) const noexcept {
  return UniqueFd(
      openat(fd_.get(), name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
}

UniqueFd Folder::create_file(const std::string& name) const noexcept {
  return UniqueFd(
      openat(fd_.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
}

bool Folder::rename(const std::string& from, const std::string& to) const noexcept {
  return renameat(fd_.get(), from.c_str(), fd_.get(), to.c_str()) == 0;
}

void Folder::remove(const std::string& name) const noexcept {
  unlinkat(fd_.get(), name.c_str(), 0);
}

bool make_private_folder(const std::filesystem::path& path) noexcept {
  return mkdir(path.c_str(), 0700) == 0;
}

std::optional<std::filesystem::path> make_unique_folder(const std::filesystem::path& path) {
  auto pattern = path.string() + ".XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) return std::nullopt;
  return pattern;
}

bool rename_to_new(const std::filesystem::path& from, const std::filesystem::path& to) noexcept {
  return renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0;
}

bool exchange(const std::filesystem::path& one, const std::filesystem::path& other) noexcept {
  return renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE) == 0;
}

} // namespace dhg::os
