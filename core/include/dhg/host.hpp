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

/// Makes the object of another plugin, with the defaults of its options: for a plugin
/// that adds something to one that exists. Thread-safe.
/// @param kind what it is to be
/// @param name_or_path as in the configuration
/// @throws Error if there is none, if it is refused or cannot be made, or if plugins
///   build on each other in a circle
[[nodiscard]] DHG_API std::unique_ptr<Plugin> create_plugin(dhg_plugin_kind kind,
                                                            const std::string& name_or_path);

/// The kind whose plugins implement an interface.
template <class Interface>
inline constexpr dhg_plugin_kind kKindOf = dhg_plugin_kind{};
template <>
inline constexpr dhg_plugin_kind kKindOf<PageServer> = DHG_PAGE_SERVER;
template <>
inline constexpr dhg_plugin_kind kKindOf<ResultChannel> = DHG_RESULT_CHANNEL;
template <>
inline constexpr dhg_plugin_kind kKindOf<VmLauncher> = DHG_VM_LAUNCHER;

/// The same, by interface: create_plugin<VmLauncher>("qemu").
template <class Interface>
[[nodiscard]] std::unique_ptr<Interface> create_plugin(const std::string& name_or_path) {
  auto plugin = create_plugin(kKindOf<Interface>, name_or_path);
  auto* object = dynamic_cast<Interface*>(plugin.get());
  if (object == nullptr)
    throw std::logic_error("'" + name_or_path + "' does not implement the interface of its kind");
  (void)plugin.release();
  return std::unique_ptr<Interface>(object);
}

/// What carries out create_plugin().
using PluginCreator =
    std::function<std::unique_ptr<Plugin>(dhg_plugin_kind, const std::string& name_or_path)>;

/// For the program that loads plugins, once, before it loads the first.
DHG_API void set_plugin_creator(PluginCreator creator);

} // namespace dhg
