#include "plugin/search_path.hpp"

#include "dhg/error.hpp"
#include "plugin/descriptor.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <system_error>

namespace dhg::plugin {
namespace fs = std::filesystem;

namespace {

// One library reached in two ways (a symbolic link, a folder named twice) counts once.
void add_once(std::vector<PluginFile>& files, PluginFile file) {
  const auto same = [&](const PluginFile& other) {
    std::error_code ignored; // a dangling link is equivalent to nothing, and is reported later
    return fs::equivalent(other.path, file.path, ignored);
  };
  if (std::none_of(files.begin(), files.end(), same)) files.push_back(std::move(file));
}

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(fs::symlink_status(path, error));
}

} // namespace

SearchPath::SearchPath(const fs::path& installed, std::string_view more) {
  for (const auto kind : kAllKinds) folders_.push_back({installed / kind_folder(kind), kind});
  while (!more.empty()) {
    const auto colon = more.find(':');
    const fs::path folder(more.substr(0, colon));
    more = colon == std::string_view::npos ? std::string_view{} : more.substr(colon + 1);
    if (folder.empty()) continue; // as in "$DHG_PLUGIN_PATH:/mine"
    std::error_code error;
    if (!folder.is_absolute() || !fs::is_directory(folder, error))
      throw Error(Blame::usage,
                  fmt::format("DHG_PLUGIN_PATH: '{}' is not {}", folder.string(),
                              folder.is_absolute() ? "a folder" : "an absolute path"),
                  "give absolute paths of folders, separated by ':'");
    for (const auto kind : kAllKinds) folders_.push_back({folder / kind_folder(kind), kind});
    folders_.push_back({folder, std::nullopt});
  }
}

std::vector<PluginFile> SearchPath::find(dhg_plugin_kind kind, const std::string& name) const {
  std::vector<PluginFile> result;
  const auto look = [&](const Folder& folder, const std::string& file) {
    if (auto path = folder.path / file; is_there(path))
      add_once(result, {std::move(path), name, folder.kind});
  };
  for (const auto& folder : folders_) {
    if (folder.kind.value_or(kind) != kind) continue;
    look(folder, name + ".so");
    if (!folder.kind) look(folder, "lib" + name + ".so");
  }
  return result;
}

std::vector<PluginFile> SearchPath::all() const {
  std::vector<PluginFile> result;
  for (const auto& folder : folders_) {
    std::error_code error;
    std::vector<PluginFile> here;
    for (fs::directory_iterator at(folder.path, error), end; !error && at != end;
         at.increment(error)) {
      if (at->path().extension() != ".so") continue;
      auto name = at->path().stem().string();
      const bool has_prefix = name.starts_with("lib");
      // What a launcher brings along (libsomething_else.so) is no plugin.
      if (folder.kind && has_prefix && !is_plugin_name(name)) continue;
      if (!folder.kind && has_prefix) name.erase(0, 3);
      here.push_back({at->path(), std::move(name), folder.kind});
    }
    if (error && error != std::errc::no_such_file_or_directory)
      throw system_error(error.value(), fmt::format("cannot read '{}'", folder.path.string()));
    std::sort(here.begin(), here.end(),
              [](const auto& a, const auto& b) { return a.path < b.path; });
    for (auto& file : here) add_once(result, std::move(file));
  }
  return result;
}

std::string SearchPath::describe(std::optional<dhg_plugin_kind> kind) const {
  std::string result;
  for (const auto& folder : folders_) {
    if (kind && folder.kind.value_or(*kind) != *kind) continue;
    if (!result.empty()) result += ", ";
    result += folder.path.string();
  }
  return result;
}

} // namespace dhg::plugin
