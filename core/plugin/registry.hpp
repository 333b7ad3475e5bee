#pragma once

#include "calls/supervisor.hpp"
#include "dhg/error.hpp"
#include "plugin/loader.hpp"
#include "plugin/search_path.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dhg::plugin {

/// One line of `dhg plugin list`.
struct ListedPlugin {
  std::filesystem::path path;
  std::string name;                    ///< by its descriptor; if it has none, by its file
  std::optional<dhg_plugin_kind> kind; ///< by its descriptor; if it has none, by its folder
  std::optional<LoadedPlugin> plugin;  ///< if its library could be loaded
  std::optional<Error> error;          ///< why it cannot be used
};

/// Finds plugins by name. Immutable; safe to use from several threads.
class Registry {
 public:
  /// @param installed   the install's folder of plugins
  /// @param search_path the value of DHG_PLUGIN_PATH; may be empty
  /// @throws Error if `search_path` is not valid
  Registry(const std::filesystem::path& installed, std::string_view search_path)
      : search_path_(installed, search_path), supervisor_(std::make_shared<calls::Supervisor>()) {}

  /// Of all calls into the plugins that are found here. Lives as long as any copy of this.
  [[nodiscard]] calls::Supervisor& supervisor() const noexcept { return *supervisor_; }

  /// Loads one plugin. Opens no other library, unless there is none of that name.
  /// @param name_or_path its name, or the absolute path of its library
  /// @throws Error if it is not there, not of this kind, not called so, broken,
  ///   or if two libraries could be meant
  [[nodiscard]] LoadedPlugin load(dhg_plugin_kind kind, const std::string& name_or_path) const;

  /// Loads one plugin of any kind.
  /// @param name_or_path its name, or the path of its library (with a '/')
  /// @throws Error as load() does
  [[nodiscard]] LoadedPlugin load(const std::string& name_or_path) const;

  /// Loads everything that is found: by kind, then by name. Broken plugins, and
  /// all of those that share a kind and a name, carry an error.
  [[nodiscard]] std::vector<ListedPlugin> list() const;
  /// Those of a kind, or of all, that carry none: each has its `plugin`.
  [[nodiscard]] std::vector<ListedPlugin> usable(std::optional<dhg_plugin_kind> kind) const;

 private:
  [[nodiscard]] PluginFile find_file(dhg_plugin_kind kind, const std::string& name) const;
  [[noreturn]] void refuse_unknown(std::optional<dhg_plugin_kind> kind,
                                   const std::string& name) const;

  [[nodiscard]] LoadedPlugin load_watched(const std::filesystem::path& path) const;
  [[nodiscard]] bool is_of_another_kind(const std::filesystem::path& path,
                                        dhg_plugin_kind kind) const;
  [[nodiscard]] ListedPlugin examine(const PluginFile& file) const;

  SearchPath search_path_;
  std::shared_ptr<calls::Supervisor> supervisor_;
};

/// Lets plugins make objects of those that `registry` finds: dhg::create_plugin().
void offer_to_plugins(const Registry& registry);

} // namespace dhg::plugin
