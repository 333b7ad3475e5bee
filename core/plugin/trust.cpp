#include "plugin/trust.hpp"

#include "dhg/error.hpp"
#include "os/file.hpp"
#include "os/process.hpp"

#include <fmt/format.h>
#include <cerrno>

namespace dhg::plugin {
namespace fs = std::filesystem;

namespace {

os::FileInfo info_of(const fs::path& path) {
  const auto info = os::examine_target(path);
  if (!info) throw system_error(errno, fmt::format("cannot examine '{}'", path.string()));
  return *info;
}

void check_one(const fs::path& library, const fs::path& path, const char* what,
               bool sticky_is_enough) {
  const auto info = info_of(path);
  if (info.others_may_write && !(sticky_is_enough && info.is_sticky))
    throw Error(Blame::environment,
                fmt::format("plugin '{}' is refused: {} '{}' is world-writable, so anyone could "
                            "have put their code there",
                            library.string(), what, path.string()),
                fmt::format("chmod o-w '{}'", path.string()));
  if (info.owner != 0 && info.owner != os::own_user())
    throw Error(Blame::environment,
                fmt::format("plugin '{}' is refused: {} '{}' belongs to user {}, neither to root "
                            "nor to you (user {})",
                            library.string(), what, path.string(), info.owner, os::own_user()),
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
