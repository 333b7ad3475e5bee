#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

/// A temporary folder to put plugins in; gone with this object.
class PluginFolder {
 public:
  PluginFolder() {
    auto pattern = (std::filesystem::temp_directory_path() / "dhg-plugins-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
    path_ = std::filesystem::canonical(pattern);
  }
  ~PluginFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  PluginFolder(const PluginFolder&) = delete;
  PluginFolder& operator=(const PluginFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// Copies a library to `place`, relative to this folder.
  std::filesystem::path add(const std::filesystem::path& library, const std::string& place) const {
    auto target = path_ / place;
    std::filesystem::create_directories(target.parent_path());
    std::filesystem::remove(target); // never write into a library that is loaded
    std::filesystem::copy_file(library, target);
    return target;
  }

 private:
  std::filesystem::path path_;
};
