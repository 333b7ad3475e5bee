#include "run/images/test_image.hpp"

#include "dhg/architecture.hpp"
#include "dhg/error.hpp"
#include "run/images/build_image.hpp"

#include <fmt/format.h>
#include <filesystem>

namespace dhg::run {
namespace {

namespace fs = std::filesystem;

constexpr const char* kImage = "python"; // the smallest

fs::path find_image(const snapshot::Store& store) {
  for (const auto& listed : store.list())
    if (listed.problem.empty() && listed.manifest && listed.manifest->image.recipe == kImage)
      return listed.rootfs.parent_path();
  throw Error(Blame::environment,
              fmt::format("testing a launcher takes the image '{}', which does not exist", kImage),
              fmt::format("make it with: dhg vm prepare --image {}", kImage));
}

} // namespace

snapshot::Staging stage_test_image(const snapshot::Store& store, const Layout& layout,
                                   os::SignalFd& signals) {
  const auto image = find_image(store);
  auto staging = store.stage("conformance");
  for (const auto* file : {architecture::kKernelFile, architecture::kKernelElfFile, "rootfs.erofs"})
    fs::create_symlink(image / file, staging.path() / file);
  run_image_script(layout.images / "make-initrd",
                   {image.string(), layout.guest_init.string(), layout.guest_agent.string(),
                    (staging.path() / "initrd").string()},
                   signals, [](std::string_view) {});
  return staging;
}

} // namespace dhg::run
