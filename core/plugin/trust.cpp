#include "plugin/trust.hpp"

#include "dhg/error.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>

namespace dhg::plugin {
namespace fs = std::filesystem;

namespace {

struct stat status_of(const fs::path& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0)
    throw system_error(errno, fmt::format("cannot examine '{}'", path.string()));
  return status;
}

void check_one(const fs::path& library, const fs::path& path, const char* what,
               bool sticky_is_enough) {
  const auto status = status_of(path);
  if ((status.st_mode & S_IWOTH) != 0 && !(sticky_is_enough && (status.st_mode & S_ISVTX) != 0))
    throw Error(Blame::environment,
                fmt::format("plugin '{}' is refused: {} '{}' is world-writable, so anyone could "
                            "have put their code there",
                            library.string(), what, path.string()),
                fmt::format("chmod o-w '{}'", path.string()));
  if (status.st_uid != 0 && status.st_uid != geteuid())
    throw Error(Blame::environment,
                fmt::format("plugin '{}' is refused: {} '{}' belongs to user {}, neither to root "
                            "nor to you (user {})",
                            library.string(), what, path.string(), status.st_uid, geteuid()),
                "copy the plugin to a folder of your own");
}

} // namespace

void check_trusted(const fs::path& library) {
  check_one(library, library, "the file", false);
  auto folder = library.parent_path();
  check_one(library, folder, "its folder", false);
  while (folder.has_relative_path()) {
    folder = folder.parent_path();
    check_one(library, folder, "the folder above it", true);
  }
}

} // namespace dhg::plugin
