#include "run/exec/preflight.hpp"

#include "dhg/page_server.hpp"
#include "dhg/result_channel.hpp"
#include "run/exec/parts.hpp"
#include "run/images/choose_version.hpp"
#include "run/plugins.hpp"

namespace dhg::run {

Preflight preflight(const config::Settings& settings, const plugin::Registry& registry,
                    const snapshot::Store& store, const Layout& layout) {
  const auto page_server =
      activate<PageServer>(registry, DHG_PAGE_SERVER, settings.page_server.choice);
  check_options(page_server, settings);
  (void)activate<ResultChannel>(registry, DHG_RESULT_CHANNEL, settings.result_channel);
  const auto launcher = activate<VmLauncher>(registry, DHG_VM_LAUNCHER, settings.launcher);
  require_met(launcher.object->requirements(Purpose::restore));
  const auto snapshot = open_wanted_snapshot(layout.images, settings, store, identify(launcher));
  check_fit(snapshot, launcher, settings);
  const auto& manifest = snapshot.manifest();
  const auto substitution = substitution_for(page_server, settings);
  const bool learns = substitution.empty() &&
                      dynamic_cast<const LearningPageServer*>(page_server.object.get()) != nullptr;
  (void)notes_folder(settings, snapshot);
  return {manifest.machine.accelerator,
          manifest.launcher.version,
          {snapshot.file("memory"), snapshot.file("state"), snapshot.rootfs()},
          substitution,
          learns ? page_server.name : "",
          snapshot.folder()};
}

} // namespace dhg::run
