#pragma once

#include "plugin/kind.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dhg::plugin {

/// A library in one of the folders where plugins are looked for.
struct PluginFile {
  std::filesystem::path path;
  std::string name;                    ///< what a plugin in this file has to be called
  std::optional<dhg_plugin_kind> kind; ///< by its folder; none where all kinds are mixed
};

/// The folders in which plugins are looked for. Knows file names only; opens no library.
class SearchPath {
 public:
  /// @param installed the folder that holds page_servers/, result_channels/, launchers/
  /// @param more      absolute folders, separated by ':' (DHG_PLUGIN_PATH); each
  ///   holds such folders, or plugins of any kind
  /// @throws Error if one of `more` is not absolute or is no folder
  SearchPath(const std::filesystem::path& installed, std::string_view more);

  /// The files in which a plugin called so may be.
  [[nodiscard]] std::vector<PluginFile> find(dhg_plugin_kind kind, const std::string& name) const;
  /// Every file that may be a plugin, each once.
  /// @throws Error if a folder cannot be read
  [[nodiscard]] std::vector<PluginFile> all() const;
  /// The folders where a plugin of this kind, or of any, may be: for messages.
  [[nodiscard]] std::string describe(std::optional<dhg_plugin_kind> kind) const;

 private:
  struct Folder {
    std::filesystem::path path;
    std::optional<dhg_plugin_kind> kind;
  };
  std::vector<Folder> folders_;
};

} // namespace dhg::plugin
