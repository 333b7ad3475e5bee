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

LauncherIdentity identify(const ActivePlugin<VmLauncher>& launcher) {
  return {launcher.name, launcher.changed_options,
          launcher.changed_options.empty() ? "" : launcher.object->fingerprint()};
}

snapshot::Snapshot open_wanted_snapshot(const std::filesystem::path& images,
                                        const config::Settings& settings,
                                        const snapshot::Store& store,
                                        const LauncherIdentity& launcher) {
  const auto recipe = load_recipe(images, settings.image, settings.image_origin);
  auto key = snapshot_key(recipe, settings, launcher.name, launcher.changed_options);
  const bool newest = key.version.empty() && !recipe.default_version.empty();
  const auto found = newest ? newest_version(store, key) : std::nullopt;
  if (newest) key.version = found.value_or(recipe.default_version);
  const auto open = [&](const snapshot::SnapshotKey& of) {
    return store.open_snapshot(snapshot::snapshot_name(of), prepare_command(settings, of.version));
  };
  if (launcher.changed_options.empty() || found || store.has_snapshot(snapshot::snapshot_name(key)))
    return open(key);
  auto plain = key;
  plain.launcher_options.clear();
  if (newest) plain.version = newest_version(store, plain).value_or(key.version);
  const auto manifest = store.try_manifest(snapshot::snapshot_name(plain));
  return open(manifest && manifest->launcher.fingerprint == launcher.fingerprint ? plain : key);
}

} // namespace dhg::run
