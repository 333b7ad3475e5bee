#include "run/compare/preflight.hpp"

#include "dhg/error.hpp"
#include "dhg/page_server.hpp"
#include "dhg/result_channel.hpp"
#include "run/choose_version.hpp"
#include "run/plugins.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace dhg::run::compare {
namespace {

void add_once(std::vector<std::string>& list, const std::string& text) {
  if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
}

std::vector<std::filesystem::path> check(const Variant& variant, Machine& machine,
                                         const plugin::Registry& registry,
                                         const snapshot::Store& store, const Layout& layout) {
  const auto& settings = variant.settings;
  (void)activate<PageServer>(registry, DHG_PAGE_SERVER, settings.page_server.choice);
  (void)activate<ResultChannel>(registry, DHG_RESULT_CHANNEL, settings.result_channel);
  const auto launcher = activate<VmLauncher>(registry, DHG_VM_LAUNCHER, settings.launcher);
  require_met(launcher.object->requirements(Purpose::restore));
  const auto snapshot =
      store.open_snapshot(wanted_snapshot(layout.images, settings, store, launcher.name));
  const auto& manifest = snapshot.manifest();
  if (machine.accelerator.find(manifest.machine.accelerator) == std::string::npos)
    machine.accelerator += (machine.accelerator.empty() ? "" : ", ") + manifest.machine.accelerator;
  add_once(machine.vmm_versions, manifest.launcher.version);
  return {snapshot.file("memory"), snapshot.file("state"), snapshot.rootfs()};
}

} // namespace

std::vector<std::vector<std::filesystem::path>> check_variants(Measurement& measurement,
                                                               const plugin::Registry& registry,
                                                               const snapshot::Store& store,
                                                               const Layout& layout) {
  std::vector<std::vector<std::filesystem::path>> files;
  for (const auto& variant : measurement.variants) {
    if (variant.external) {
      files.emplace_back();
      continue;
    }
    try {
      files.push_back(check(variant, measurement.machine, registry, store, layout));
    } catch (const Error& error) {
      throw Error(error.blame(), fmt::format("variant '{}': {}", variant.name, error.what()),
                  error.hint());
    }
  }
  return files;
}

} // namespace dhg::run::compare
