#include "snapshot/store.hpp"

#include "dhg/architecture.hpp"

#include <fmt/format.h>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

namespace dhg::snapshot {
namespace {

namespace fs = std::filesystem;

// The size that the root file system had when it was built; nothing if that
// cannot be read.
std::optional<std::uint64_t> recorded_rootfs_bytes(const fs::path& image) {
  std::ifstream file(image / "image.json", std::ios::binary);
  std::string text(4096, '\0'); // dhg writes less
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  const auto description = nlohmann::json::parse(text, nullptr, false);
  if (!description.is_object()) return std::nullopt;
  const auto bytes = description.find("rootfs_bytes");
  if (bytes == description.end() || !bytes->is_number_unsigned()) return std::nullopt;
  return bytes->get<std::uint64_t>();
}

// What belongs to a recipe is called RECIPE-...
bool belongs(const fs::path& path, const std::string& recipe) {
  return path.filename().string().starts_with(recipe + "-");
}

} // namespace

bool Store::has_image(const std::string& recipe, const std::string& digest) const {
  const auto image = image_path(recipe, digest);
  std::error_code error;
  const auto size = fs::file_size(image / "rootfs.erofs", error);
  return !error && recorded_rootfs_bytes(image) == size &&
         fs::exists(image / architecture::kKernelFile, error) &&
         fs::exists(image / architecture::kKernelElfFile, error);
}

// Whoever prepares a snapshot of the recipe uses an image that no snapshot
// names yet.
// @return the locks that keep anybody from beginning to, or nothing if somebody
// does
std::optional<std::vector<os::FileLock>> Store::keep_from_making(const std::string& recipe) const {
  std::vector<os::FileLock> locks;
  for (const auto& entry : fs::directory_iterator(root_ / "locks")) {
    if (!belongs(entry.path(), recipe) || !entry.path().string().ends_with(kMakingLock)) continue;
    auto lock = os::FileLock::try_take(entry.path(), os::LockMode::exclusive);
    if (!lock) return std::nullopt;
    locks.push_back(std::move(*lock));
  }
  return locks;
}

int Store::remove_unused_images(const std::string& recipe) const {
  const auto locks = keep_from_making(recipe);
  if (!locks) return 0;
  std::set<fs::path> used;
  for (const auto& snapshot : list())
    if (snapshot.manifest)
      used.insert(image_path(snapshot.manifest->image.recipe, snapshot.manifest->image.digest));
  int removed = 0;
  for (const auto& entry : fs::directory_iterator(root_ / "images")) {
    const auto name = entry.path().filename().string();
    if (name.substr(0, name.rfind('-')) != recipe || used.contains(entry.path())) continue;
    discard_into(Staging(root_, name), entry.path());
    ++removed;
  }
  return removed;
}

} // namespace dhg::snapshot
