#include "run/images/choose_version.hpp"

#include "dhg/error.hpp"
#include "run/images/prepare_command.hpp"

#include <fmt/format.h>

namespace dhg::run {

std::optional<std::string> newest_version(const snapshot::Store& store,
                                          const snapshot::SnapshotKey& key) {
  std::optional<std::string> version;
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
  return version;
}

snapshot::Snapshot open_wanted_snapshot(const std::filesystem::path& images,
                                        const config::Settings& settings,
                                        const snapshot::Store& store,
                                        const ActivePlugin<VmLauncher>& launcher) {
  const auto recipe = load_recipe(images, settings.image, settings.image_origin);
  auto key = snapshot_key(recipe, settings, launcher.name, launcher.changed_options);
  if (key.version.empty() && !recipe.default_version.empty())
    key.version = newest_version(store, key).value_or(recipe.default_version);
  return store.open_snapshot(snapshot::snapshot_name(key), prepare_command(settings, key.version));
}

} // namespace dhg::run
