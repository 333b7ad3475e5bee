#include "snapshot/store.hpp"

#include "dhg/error.hpp"
#include "snapshot/digest.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <algorithm>
#include <cerrno>
#include <ctime>
#include <fstream>

namespace dhg::snapshot {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxManifest = 1024 * 1024;
constexpr const char* kManifest = "manifest.json";
constexpr const char* kMemory = "memory"; // too large to be read before each run

std::string remedy(const std::string& name) {
  return fmt::format("make it again with: dhg vm prepare --image {} --force",
                     name.substr(0, name.find('-')));
}

struct stat examine(const fs::path& path) {
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0)
    throw system_error(errno, fmt::format("cannot examine '{}'", path.string()));
  return info;
}

std::string read_manifest(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kMaxManifest + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kMaxManifest)
    throw Error(Blame::environment, "the snapshot's manifest is not valid: too large");
  return text;
}

void check_size(const fs::path& folder, const Manifest::File& file) {
  const auto path = folder / file.name;
  const auto info = examine(path);
  if (!S_ISREG(info.st_mode))
    throw Error(Blame::environment, fmt::format("'{}' is not a regular file", path.string()));
  if (static_cast<std::uint64_t>(info.st_size) != file.bytes)
    throw Error(Blame::environment, fmt::format("'{}' has {} bytes instead of {}: it is damaged",
                                                path.string(), info.st_size, file.bytes));
}

void check_digest(const fs::path& folder, const Manifest::File& file) {
  if (digest_of_file(folder / file.name) != file.digest)
    throw Error(Blame::environment, fmt::format("'{}' is not what was written: it is damaged",
                                                (folder / file.name).string()));
}

bool has_file(const Manifest& manifest, std::string_view name) {
  return std::any_of(manifest.files.begin(), manifest.files.end(),
                     [&](const auto& f) { return f.name == name; });
}

std::string now_utc() {
  const auto now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

} // namespace

fs::path cache_root(const std::function<std::optional<std::string>(const char*)>& environment) {
  for (const auto& [name, below] :
       {std::pair{"DHG_CACHE_DIR", ""}, std::pair{"XDG_CACHE_HOME", "dhg"},
        std::pair{"HOME", ".cache/dhg"}}) {
    const auto value = environment(name).value_or("");
    if (value.empty()) continue;
    if (value.front() != '/')
      throw Error(Blame::usage, fmt::format("{}={}: not an absolute path", name, value));
    return *below == '\0' ? fs::path(value) : fs::path(value) / below;
  }
  throw Error(Blame::usage, "there is no place for snapshots: HOME is not set",
              "set DHG_CACHE_DIR to a folder");
}

std::string snapshot_name(std::string_view image, std::string_view launcher,
                          std::uint64_t memory_bytes, unsigned vcpus) {
  return fmt::format("{}-{}-{}m-{}c", image, launcher, memory_bytes >> 20, vcpus);
}

Store::Store(fs::path root) : root_(std::move(root)) {
  for (const auto* part : {"images", "snapshots", "locks", "staging"}) {
    std::error_code error;
    fs::create_directories(root_ / part, error);
    if (error)
      throw system_error(error.value(), fmt::format("cannot make '{}'", (root_ / part).string()),
                         "set DHG_CACHE_DIR to a folder that can be written");
  }
  std::error_code ignored; // a memory image holds what its guest held
  fs::permissions(root_, fs::perms::owner_all, ignored);
}

Manifest Store::checked_manifest(const std::string& name) const {
  const auto folder = snapshot_path(name);
  auto manifest = parse_manifest(read_manifest(folder / kManifest));
  for (const auto* needed : {kMemory, "state"})
    if (!has_file(manifest, needed))
      throw Error(Blame::environment,
                  fmt::format("the snapshot's manifest is not valid: it has no file '{}'", needed));
  for (const auto& file : manifest.files) check_size(folder, file);
  if (!has_image(manifest.image.recipe, manifest.image.digest))
    throw Error(Blame::environment, fmt::format("the image of snapshot '{}' is gone", name));
  return manifest;
}

Snapshot Store::open_snapshot(const std::string& name) const {
  auto lock = FileLock::take(lock_path(name), LockMode::shared); // publishing is a rename long
  const auto folder = snapshot_path(name);
  if (!fs::exists(folder))
    throw Error(
        Blame::environment, fmt::format("there is no snapshot '{}' in {}", name, root_.string()),
        fmt::format("make it with: dhg vm prepare --image {}", name.substr(0, name.find('-'))));
  try {
    auto manifest = checked_manifest(name);
    for (const auto& file : manifest.files)
      if (file.name != kMemory) check_digest(folder, file);
    auto rootfs = image_path(manifest.image.recipe, manifest.image.digest) / "rootfs.erofs";
    return {name, folder, std::move(rootfs), std::move(manifest), std::move(lock)};
  } catch (const Error& error) {
    throw Error(Blame::environment, error.what(), remedy(name));
  }
}

std::optional<Manifest> Store::try_manifest(const std::string& name) const {
  try {
    if (!fs::exists(snapshot_path(name))) return std::nullopt;
    return checked_manifest(name);
  } catch (const Error&) {
    return std::nullopt;
  }
}

FileLock Store::lock_for_making(const std::string& name) const {
  auto lock = FileLock::try_take(root_ / "locks" / (name + ".making.lock"), LockMode::exclusive);
  if (!lock)
    throw Error(Blame::environment, fmt::format("another dhg is making '{}' now", name),
                "wait for it, then run this again");
  return std::move(*lock);
}

void Store::publish(Staging& staging, const std::string& name, Manifest manifest) const {
  manifest.created = now_utc();
  manifest.files.clear();
  for (const auto& entry : fs::directory_iterator(staging.path())) {
    const auto info = examine(entry.path());
    manifest.files.push_back(
        {entry.path().filename().string(), static_cast<std::uint64_t>(info.st_size),
         static_cast<std::uint64_t>(info.st_blocks) * 512, digest_of_file(entry.path())});
  }
  const auto path = staging.path() / kManifest;
  std::ofstream file(path, std::ios::binary);
  file << to_json(manifest);
  file.close();
  if (!file) throw system_error(errno, fmt::format("cannot write '{}'", path.string()));
  const auto lock = FileLock::take(lock_path(name), LockMode::exclusive);
  staging.publish(snapshot_path(name));
}

std::string Store::verify(const std::string& name) const {
  try {
    const auto manifest = checked_manifest(name);
    for (const auto& file : manifest.files) check_digest(snapshot_path(name), file);
    return {};
  } catch (const Error& error) {
    return error.what();
  }
}

std::vector<ListedSnapshot> Store::list() const {
  std::vector<ListedSnapshot> result;
  for (const auto& entry : fs::directory_iterator(root_ / "snapshots")) {
    ListedSnapshot listed;
    listed.name = entry.path().filename().string();
    listed.path = entry.path();
    try {
      listed.manifest = checked_manifest(listed.name);
      listed.rootfs =
          image_path(listed.manifest->image.recipe, listed.manifest->image.digest) / "rootfs.erofs";
      for (const auto& file : listed.manifest->files) {
        const auto info = examine(entry.path() / file.name);
        listed.bytes += static_cast<std::uint64_t>(info.st_size);
        listed.allocated_bytes += static_cast<std::uint64_t>(info.st_blocks) * 512;
      }
    } catch (const Error& error) {
      listed.problem = error.what();
    }
    result.push_back(std::move(listed));
  }
  std::sort(result.begin(), result.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return result;
}

bool Store::remove(const std::string& name) const {
  const auto lock = FileLock::take(lock_path(name), LockMode::exclusive);
  if (!fs::exists(snapshot_path(name))) return false;
  // Out of the way in one step; then what is left of it is only rubbish.
  const Staging rubbish(root_, name);
  const auto moved = rubbish.path() / "removed";
  if (rename(snapshot_path(name).c_str(), moved.c_str()) != 0)
    throw system_error(errno, fmt::format("cannot remove snapshot '{}'", name));
  return true;
}

fs::path Store::image_path(const std::string& recipe, const std::string& digest) const {
  return root_ / "images" / fmt::format("{}-{}", recipe, digest.substr(0, 16));
}

bool Store::has_image(const std::string& recipe, const std::string& digest) const {
  return fs::exists(image_path(recipe, digest) / "image.json");
}

int Store::remove_unused_images(const std::string& recipe) const {
  int removed = 0;
  const auto snapshots = list();
  for (const auto& entry : fs::directory_iterator(root_ / "images")) {
    const auto name = entry.path().filename().string();
    if (name.substr(0, name.rfind('-')) != recipe) continue;
    const bool used = std::any_of(snapshots.begin(), snapshots.end(), [&](const auto& s) {
      return s.manifest && image_path(recipe, s.manifest->image.digest) == entry.path();
    });
    if (used) continue;
    fs::remove_all(entry.path());
    ++removed;
  }
  return removed;
}

} // namespace dhg::snapshot
