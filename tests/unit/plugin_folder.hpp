#pragma once

#include "temporary_folder.hpp"

#include <filesystem>
#include <string>

/// Plugins that are each wrong in their own way.
inline const std::filesystem::path kBadPlugins = DHG_BAD_PLUGINS_DIR;

/// A temporary folder to put plugins in; gone with this object.
class PluginFolder {
 public:
  [[nodiscard]] const std::filesystem::path& path() const { return folder_.path(); }

  /// Copies a library to `place`, relative to this folder.
  std::filesystem::path add(const std::filesystem::path& library, const std::string& place) const {
    auto target = folder_ / place;
    std::filesystem::create_directories(target.parent_path());
    std::filesystem::remove(target); // never write into a library that is loaded
    std::filesystem::copy_file(library, target);
    return target;
  }

 private:
  dhg::fakes::TemporaryFolder folder_;
};
