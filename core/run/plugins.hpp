#pragma once

#include "config/settings.hpp"
#include "dhg/vm_launcher.hpp"
#include "memory/call_watch.hpp"
#include "plugin/loader.hpp"
#include "plugin/registry.hpp"
#include "plugin/supervised.hpp"

#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace dhg::run {

/// A plugin's object, ready for use.
template <class Interface>
struct ActivePlugin {
  std::string name;
  std::string version;
  std::unique_ptr<Interface> object;
  std::vector<std::string> changed_options; ///< as config::changed_options() has them
};

/// Loads the plugin that `choice` names.
/// @throws Error with the place in the config that names it
[[nodiscard]] plugin::LoadedPlugin load_chosen(const plugin::Registry& registry,
                                               dhg_plugin_kind kind,
                                               const config::PluginChoice& choice);

/// The options of `choice`, checked against what the plugin declares.
/// @throws Error(Blame::usage)
[[nodiscard]] Options options_of(const config::PluginChoice& choice,
                                 const dhg_plugin_descriptor& descriptor);

/// Loads the plugin that `choice` names and makes its object with the options
/// that were given for it. The registry's supervisor, which it borrows, watches its calls; those
/// of a page server a MemorySession has watched.
template <class Interface>
[[nodiscard]] ActivePlugin<Interface> activate(const plugin::Registry& registry,
                                               dhg_plugin_kind kind,
                                               const config::PluginChoice& choice) {
  const auto loaded = load_chosen(registry, kind, choice);
  const auto& descriptor = *loaded.descriptor;
  const auto* given = choice.options ? &*choice.options : nullptr;
  const auto options = options_of(choice, descriptor);
  const auto* callee = plugin::callee_of(loaded);
  auto& supervisor = registry.supervisor();
  std::unique_ptr<Interface> object;
  {
    const calls::Supervisor::Running running(supervisor, callee, "its constructor");
    object = plugin::create<Interface>(loaded, options);
    // Where this hangs, it does so the first time.
    if constexpr (std::is_same_v<Interface, PageServer>) (void)object->backing();
  }
  if constexpr (!std::is_same_v<Interface, PageServer>)
    object = plugin::supervised(std::move(object), callee, supervisor);
  return {descriptor.name, descriptor.version, std::move(object),
          config::changed_options(given, {descriptor.options, descriptor.option_count})};
}

/// How long a page server may take to return from a call.
[[nodiscard]] memory::CallLimits call_limits(const config::Settings& settings);

/// @throws Error about the first requirement that is not met
void require_met(const std::vector<Requirement>& requirements);

} // namespace dhg::run
