#include "snapshot/names.hpp"

#include "dhg/error.hpp"
#include "snapshot/digest.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <utility>

namespace dhg::snapshot {

namespace fs = std::filesystem;

fs::path cache_root(const std::function<std::optional<std::string>(const char*)>& environment) {
  for (const auto& [name, below] :
       {std::pair{"DHG_CACHE_DIR", ""}, std::pair{"XDG_CACHE_HOME", "dhg"},
        std::pair{"HOME", ".cache/dhg"}}) {
    const auto value = environment(name).value_or("");
    if (value.empty()) continue;
    if (value.front() != '/')
      throw Error(Blame::usage, fmt::format("{}={}: not an absolute path", name, value),
                  fmt::format("set {} to a path that begins with '/'", name));
    return *below == '\0' ? fs::path(value) : fs::path(value) / below;
  }
  throw Error(Blame::usage, "no place to keep snapshots: HOME is not set",
              "set DHG_CACHE_DIR to a folder");
}

std::string snapshot_name(const SnapshotKey& key) {
  auto name = key.image;
  if (!key.version.empty()) name += '-' + key.version;
  name += '-' + key.launcher;
  // No launcher has a '.' in its name.
  if (!key.launcher_options.empty())
    name +=
        '.' + digest_of_text(fmt::format("{}", fmt::join(key.launcher_options, "\n"))).substr(0, 8);
  name += fmt::format("-{}m-{}c", key.memory_bytes >> 20, key.vcpus);
  if (!key.jvm.empty()) name += '-' + key.jvm;
  return name;
}

} // namespace dhg::snapshot
