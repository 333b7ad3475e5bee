#pragma once

#include "dhg/options.hpp"
#include "dhg/plugin.hpp"
#include "plugin/kind.hpp"

#include <filesystem>
#include <memory>

namespace dhg::plugin {

/// A plugin whose library was loaded and whose descriptor was checked. Valid for
/// the life of the process: a library is never unloaded, for its objects and its
/// exceptions must not outlive it.
struct LoadedPlugin {
  std::filesystem::path path; ///< without symbolic links
  const dhg_plugin_descriptor* descriptor = nullptr;
  PluginFactory* factory = nullptr;
};

/// Checks a library from the outside, loads it, checks its descriptor.
/// @param path absolute
/// @throws Error
[[nodiscard]] LoadedPlugin load_library(const std::filesystem::path& path);

/// "launcher 'qemu'", as calls::callee() has it.
[[nodiscard]] const char* callee_of(const LoadedPlugin& plugin);

/// @throws Error if the plugin is not of `wanted`
void check_kind(const LoadedPlugin& plugin, dhg_plugin_kind wanted);

/// Calls the plugin's factory.
/// @throws Error if the plugin is not of `kind`, if the factory throws (with the
///   plugin's name and its text) or returns null
[[nodiscard]] std::unique_ptr<Plugin> make_object(const LoadedPlugin& plugin, dhg_plugin_kind kind,
                                                  const Options& options);

/// Throws the Error for an object that does not implement the interface of its kind.
[[noreturn]] void refuse_object(const LoadedPlugin& plugin, dhg_plugin_kind kind);

/// Makes a plugin's object.
/// @tparam Interface PageServer, ResultChannel or VmLauncher
/// @param options validated against the plugin's declarations
/// @throws Error
template <class Interface>
[[nodiscard]] std::unique_ptr<Interface> create(const LoadedPlugin& plugin,
                                                const Options& options) {
  auto object = make_object(plugin, kKindOf<Interface>, options);
  auto* wanted = dynamic_cast<Interface*>(object.get());
  if (wanted == nullptr) refuse_object(plugin, kKindOf<Interface>);
  (void)object.release();
  return std::unique_ptr<Interface>(wanted);
}

} // namespace dhg::plugin
