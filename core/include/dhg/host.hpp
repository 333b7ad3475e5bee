#pragma once

#include "dhg/export.h"
#include "dhg/plugin.hpp"

#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>

namespace dhg {

class PageServer;
class ResultChannel;
class VmLauncher;

/// Values of options by their names, in the notation of the YAML file: "true", "3",
/// "65536" or "64KiB", "near". Since ABI 1.4.
using OptionTexts = std::map<std::string, std::string>;

/// Creates an instance of another plugin with default options, for plugins that wrap an
/// existing one. Thread-safe. The caller owns the object, and calls it as dhg would: in the
/// same order, on the same threads.
/// @param kind the kind of plugin to create
/// @param name_or_path the plugin, as the configuration names it
/// @throws Error if there is no such plugin, if it is refused or cannot be created, or if
///   plugins wrap each other in a circle
[[nodiscard]] DHG_API std::unique_ptr<Plugin> create_plugin(dhg_plugin_kind kind,
                                                            const std::string& name_or_path);

/// The same with options: those that are not in `options` have their defaults. Since ABI 1.4.
/// @throws Error(Blame::usage) too, if the plugin has no such option or the value is not
///   valid, as for a value in the YAML file; it names the plugin and lists every problem
[[nodiscard]] DHG_API std::unique_ptr<Plugin> create_plugin(dhg_plugin_kind kind,
                                                            const std::string& name_or_path,
                                                            const OptionTexts& options);

/// The plugin kind that implements an interface.
template <class Interface>
inline constexpr dhg_plugin_kind kKindOf = dhg_plugin_kind{};
template <>
inline constexpr dhg_plugin_kind kKindOf<PageServer> = DHG_PAGE_SERVER;
template <>
inline constexpr dhg_plugin_kind kKindOf<ResultChannel> = DHG_RESULT_CHANNEL;
template <>
inline constexpr dhg_plugin_kind kKindOf<VmLauncher> = DHG_VM_LAUNCHER;

/// The same, by interface type: create_plugin<VmLauncher>("qemu", {{"accel", "tcg"}}).
template <class Interface>
[[nodiscard]] std::unique_ptr<Interface> create_plugin(const std::string& name_or_path,
                                                       const OptionTexts& options = {}) {
  auto plugin = create_plugin(kKindOf<Interface>, name_or_path, options);
  auto* object = dynamic_cast<Interface*>(plugin.get());
  if (object == nullptr)
    throw std::logic_error("'" + name_or_path + "' does not implement the interface of its kind");
  (void)plugin.release();
  return std::unique_ptr<Interface>(object);
}

/// The function that create_plugin() calls. `options` has what the caller gave, not checked.
/// Since ABI 1.4.
using OptionedPluginCreator = std::function<std::unique_ptr<Plugin>(
    dhg_plugin_kind, const std::string& name_or_path, const OptionTexts& options)>;

/// Sets that function. The program that loads plugins calls this once, before it loads any.
/// Since ABI 1.4.
DHG_API void set_optioned_plugin_creator(OptionedPluginCreator creator);

/// One that makes plugins with default options only.
using PluginCreator =
    std::function<std::unique_ptr<Plugin>(dhg_plugin_kind, const std::string& name_or_path)>;

/// Sets such a function instead: create_plugin() then throws an Error if it is given options.
DHG_API void set_plugin_creator(PluginCreator creator);

} // namespace dhg
