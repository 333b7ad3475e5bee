#include "run/images/choose_version.hpp"

#include "dhg/error.hpp"

#include <fmt/format.h>

namespace dhg::run {

std::string newest_version(const snapshot::Store& store, const snapshot::SnapshotKey& key,
                           const Recipe& recipe) {
  std::string version;
  std::string created; // RFC 3339 in UTC: the order of texts is that of times
  for (const auto& name : store.names()) {
    if (!name.starts_with(key.image + "-")) continue;
    const auto manifest = store.try_manifest(name);
    if (!manifest || manifest->image.recipe != key.image || manifest->created <= created) continue;
    auto candidate = key;
    candidate.version = manifest->image.version;
    if (snapshot::snapshot_name(candidate) != name) continue;
    version = candidate.version;
    created = manifest->created;
  }
  if (!version.empty()) return version;
  auto wanted = key;
  wanted.version = recipe.default_version;
  throw Error(
      Blame::environment,
      fmt::format("there is no snapshot of image '{}' in {}", key.image, store.root().string()),
      fmt::format("make it with: {}", snapshot::prepare_command(snapshot::snapshot_name(wanted))));
}

std::string wanted_snapshot(const std::filesystem::path& images, const config::Settings& settings,
                            const snapshot::Store& store, const std::string& launcher) {
  const auto recipe = load_recipe(images, settings.image);
  auto key = snapshot_key(recipe, settings, launcher);
  if (key.version.empty() && !recipe.default_version.empty())
    key.version = newest_version(store, key, recipe);
  return snapshot::snapshot_name(key);
}

} // namespace dhg::run
