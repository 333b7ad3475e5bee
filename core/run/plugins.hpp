#pragma once

#include "config/settings.hpp"
#include "dhg/vm_launcher.hpp"
#include "memory/call_watch.hpp"
#include "plugin/loader.hpp"
#include "plugin/registry.hpp"

#include <memory>
#include <string>
#include <vector>

namespace dhg::run {

/// A plugin's object, ready for use.
template <class Interface>
struct ActivePlugin {
  std::string name;
  std::string version;
  std::unique_ptr<Interface> object;
};

/// Loads the plugin that `choice` names and makes its object with the options
/// that were given for it.
template <class Interface>
[[nodiscard]] ActivePlugin<Interface> activate(const plugin::Registry& registry,
                                               dhg_plugin_kind kind,
                                               const config::PluginChoice& choice) {
  const auto loaded = registry.load(kind, choice.name);
  const auto& descriptor = *loaded.descriptor;
  const auto options =
      config::validate_options(choice.options ? &*choice.options : nullptr,
                               {descriptor.options, descriptor.option_count}, descriptor.name);
  return {descriptor.name, descriptor.version, plugin::create<Interface>(loaded, options)};
}

/// How long a page server may take to return from a call.
[[nodiscard]] memory::CallLimits call_limits(const config::Settings& settings);

/// @throws Error about the first requirement that is not met
void require_met(const std::vector<Requirement>& requirements);

} // namespace dhg::run
