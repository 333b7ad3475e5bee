#include "plugin/registry.hpp"

#include "config/settings.hpp"
#include "dhg/host.hpp"
#include "plugin/descriptor.hpp"
#include "plugin/descriptor_text.hpp"
#include "text/near_names.hpp"
#include "text/utf8.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <map>
#include <utility>

namespace dhg::plugin {
namespace {

namespace fs = std::filesystem;

dhg_plugin_kind kind_of(const LoadedPlugin& plugin) {
  return static_cast<dhg_plugin_kind>(plugin.descriptor->kind);
}

const char* kind_text(std::optional<dhg_plugin_kind> kind) {
  return kind ? kind_name(*kind) : "plugin";
}

// Whether the library's content is what its place and its file name promise.
void check_place(const PluginFile& file, const LoadedPlugin& plugin) {
  if (file.kind && kind_of(plugin) != *file.kind)
    refuse_plugin(
        file.path,
        fmt::format("it is the {} '{}', but lies in the folder for plugins of another "
                    "kind ({})",
                    kind_name(kind_of(plugin)), plugin.descriptor->name, kind_name(*file.kind)),
        fmt::format("move it to {}/", kind_folder(kind_of(plugin))));
  if (file.name != plugin.descriptor->name)
    refuse_plugin(
        file.path,
        fmt::format("the file promises a plugin called '{}', but its descriptor says '{}'",
                    file.name, plugin.descriptor->name),
        fmt::format("rename the file to {}.so", plugin.descriptor->name));
}

Error ambiguous(dhg_plugin_kind kind, const std::string& name, const fs::path& one,
                const fs::path& other) {
  return {Blame::environment,
          fmt::format("two {}s are called '{}': '{}' and '{}'", kind_name(kind), name, one.string(),
                      other.string()),
          "remove or rename one of them, or name the one that you want by its absolute path"};
}

void mark_duplicates(std::vector<ListedPlugin>& plugins) {
  std::map<std::pair<dhg_plugin_kind, std::string_view>, ListedPlugin*> first;
  for (auto& listed : plugins) {
    if (!listed.plugin) continue;
    const auto [at, is_new] = first.try_emplace({*listed.kind, listed.name}, &listed);
    if (is_new) continue;
    listed.error = ambiguous(*listed.kind, listed.name, at->second->path, listed.path);
    at->second->error = listed.error;
  }
}

// As if the YAML file had them.
config::RawNode section_of(const OptionTexts& options, const std::string& plugin) {
  using config::RawNode;
  RawNode section;
  section.origin.text = fmt::format("options that a plugin passes to '{}'", plugin);
  for (const auto& [name, value] : options) {
    if (text::find_bad_byte(value))
      throw Error(Blame::usage,
                  fmt::format("{}: option '{}': '{}' is not a text", section.origin.text,
                              text::printable(name), text::printable(value)));
    RawNode node;
    node.kind = RawNode::Kind::scalar;
    node.origin = section.origin;
    node.text = value;
    section.members.push_back({name, section.origin, std::move(node)});
  }
  return section;
}

} // namespace

// The constructors of its static objects are the plugin's code already.
LoadedPlugin Registry::load_watched(const fs::path& path) const {
  const auto* callee = calls::callee(fmt::format("plugin '{}'", path.string()));
  const calls::Supervisor::Running running(*supervisor_, callee, "the loading of its library");
  return load_library(path);
}

bool Registry::is_of_another_kind(const fs::path& path, dhg_plugin_kind kind) const {
  try {
    return kind_of(load_watched(path)) != kind;
  } catch (const Error&) {
    return false; // cannot be ruled out
  }
}

ListedPlugin Registry::examine(const PluginFile& file) const {
  ListedPlugin result{file.path, file.name, file.kind, std::nullopt, std::nullopt};
  try {
    const auto& plugin = result.plugin.emplace(load_watched(file.path));
    result.name = plugin.descriptor->name;
    result.kind = kind_of(plugin);
    check_place(file, plugin);
  } catch (const Error& e) {
    result.error = e;
  }
  return result;
}

LoadedPlugin Registry::load(dhg_plugin_kind kind, const std::string& name_or_path) const {
  if (name_or_path.find('/') != std::string::npos) {
    auto plugin = load_watched(name_or_path);
    check_kind(plugin, kind);
    return plugin;
  }
  const auto file = find_file(kind, name_or_path);
  auto plugin = load_watched(file.path);
  check_kind(plugin, kind);
  check_place(file, plugin);
  return plugin;
}

PluginFile Registry::find_file(dhg_plugin_kind kind, const std::string& name) const {
  if (!is_plugin_name(name)) refuse_unknown(kind, name);
  auto files = search_path_.find(kind, name);
  // In a folder of mixed kinds the file name does not tell which kind it is;
  // that matters only where there is a choice.
  if (files.size() > 1)
    std::erase_if(files, [&](const PluginFile& file) {
      return !file.kind && is_of_another_kind(file.path, kind);
    });
  if (files.empty()) refuse_unknown(kind, name);
  if (files.size() > 1) throw ambiguous(kind, name, files[0].path, files[1].path);
  return files.front();
}

LoadedPlugin Registry::load(const std::string& name_or_path) const {
  if (name_or_path.find('/') != std::string::npos) return load_watched(fs::absolute(name_or_path));
  std::optional<ListedPlugin> found;
  for (auto& listed : list()) {
    if (listed.name != name_or_path) continue;
    if (found)
      throw Error(Blame::usage,
                  fmt::format("two plugins are called '{}': the {} '{}' and the {} '{}'",
                              name_or_path, kind_text(found->kind), found->path.string(),
                              kind_text(listed.kind), listed.path.string()),
                  "name the one that you want by its path");
    found = std::move(listed);
  }
  if (!found) refuse_unknown(std::nullopt, name_or_path);
  if (found->error) throw *found->error;
  return *found->plugin;
}

void Registry::refuse_unknown(std::optional<dhg_plugin_kind> kind, const std::string& name) const {
  std::vector<std::string> available;
  for (const auto& listed : usable(kind)) available.push_back(listed.name);
  const auto near = text::near_names(name, available);
  std::error_code ignored;
  if (!name.empty() && fs::is_regular_file(name, ignored))
    throw Error(
        Blame::usage, fmt::format("there is no {} called '{}'", kind_text(kind), name),
        fmt::format("a path has a '/': to use the file in this folder, write './{}'", name));
  throw Error(
      Blame::usage, fmt::format("there is no {} called '{}'", kind_text(kind), name),
      fmt::format("{}available: {}; looked for in {}",
                  near.empty() ? "" : fmt::format("did you mean '{}'? ", fmt::join(near, "' or '")),
                  available.empty() ? "none" : fmt::format("{}", fmt::join(available, ", ")),
                  search_path_.describe(kind)));
}

std::vector<ListedPlugin> Registry::list() const {
  std::vector<ListedPlugin> result;
  for (const auto& file : search_path_.all()) result.push_back(examine(file));
  mark_duplicates(result);
  std::stable_sort(result.begin(), result.end(), [](const auto& a, const auto& b) {
    return std::pair(a.kind, a.name) < std::pair(b.kind, b.name);
  });
  return result;
}

std::vector<ListedPlugin> Registry::usable(std::optional<dhg_plugin_kind> kind) const {
  auto result = list();
  std::erase_if(result, [&](const auto& listed) {
    return listed.error.has_value() || (kind && listed.kind != kind);
  });
  return result;
}

void offer_to_plugins(const Registry& registry) {
  set_optioned_plugin_creator([registry](dhg_plugin_kind kind, const std::string& name_or_path,
                                         const OptionTexts& options) {
    const auto plugin = registry.load(kind, name_or_path);
    const auto& descriptor = *plugin.descriptor;
    const auto given = section_of(options, descriptor.name);
    return make_object(plugin, kind,
                       config::validate_options(
                           &given, {descriptor.options, descriptor.option_count}, descriptor.name));
  });
}

} // namespace dhg::plugin
