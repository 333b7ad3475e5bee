#include "run/prepare/images.hpp"

#include "run/images/build_image.hpp"
#include "snapshot/digest.hpp"

#include <fmt/format.h>

namespace dhg::run {

std::filesystem::path ensure_image(const PrepareContext& context, const std::string& version,
                                   std::string& digest, Made& made) {
  const auto& recipe = context.settings.image;
  const auto& images = context.layout.images;
  digest = snapshot::digest_of_text(
      snapshot::digest_of_tree({images / recipe / "recipe", images / "build-image",
                                images / "debian.sh", images / "extract-vmlinux",
                                images / "lib.sh"}) +
      version);
  auto target = context.store.image_path(recipe, digest);
  const auto lock = context.store.lock_for_making(target.filename());
  const auto label = version.empty() ? recipe : fmt::format("{} {}", recipe, version);
  const auto say = [&](std::string_view line) {
    context.progress(fmt::format("image {}: {}", label, line));
  };
  if (context.store.has_image(recipe, digest)) {
    say("already there");
    return target;
  }
  auto staging = context.store.stage(target.filename().string());
  run_image_script(images / "build-image",
                   {(images / recipe).string(), staging.path().string(), version}, context.signals,
                   say);
  const os::Ear ear(context.signals);
  staging.publish(target, &ear);
  made.image = true;
  return target;
}

} // namespace dhg::run
