#pragma once

#include "dhg/export.h"
#include "dhg/plugin.hpp"

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

namespace dhg {

class PageServer;
class ResultChannel;
class VmLauncher;

/// Creates an instance of another plugin with default options, for plugins that wrap an
/// existing one. Thread-safe.
/// @param kind the kind of plugin to create
/// @param name_or_path the plugin, as the configuration names it
/// @throws Error if there is no such plugin, if it is refused or cannot be created, or if
///   plugins wrap each other in a circle
[[nodiscard]] DHG_API std::unique_ptr<Plugin> create_plugin(dhg_plugin_kind kind,
                                                            const std::string& name_or_path);

/// The plugin kind that implements an interface.
template <class Interface>
inline constexpr dhg_plugin_kind kKindOf = dhg_plugin_kind{};
template <>
inline constexpr dhg_plugin_kind kKindOf<PageServer> = DHG_PAGE_SERVER;
template <>
inline constexpr dhg_plugin_kind kKindOf<ResultChannel> = DHG_RESULT_CHANNEL;
template <>
inline constexpr dhg_plugin_kind kKindOf<VmLauncher> = DHG_VM_LAUNCHER;

/// The same, by interface type: create_plugin<VmLauncher>("qemu").
template <class Interface>
[[nodiscard]] std::unique_ptr<Interface> create_plugin(const std::string& name_or_path) {
  auto plugin = create_plugin(kKindOf<Interface>, name_or_path);
  auto* object = dynamic_cast<Interface*>(plugin.get());
  if (object == nullptr)
    throw std::logic_error("'" + name_or_path + "' does not implement the interface of its kind");
  (void)plugin.release();
  return std::unique_ptr<Interface>(object);
}

/// The function that create_plugin() calls.
using PluginCreator =
    std::function<std::unique_ptr<Plugin>(dhg_plugin_kind, const std::string& name_or_path)>;

/// Sets that function. The program that loads plugins calls this once, before it loads any.
DHG_API void set_plugin_creator(PluginCreator creator);

} // namespace dhg
