#include "command.hpp"
#include "setup.hpp"

#include "plugin/kind.hpp"
#include "plugin/scaffold.hpp"
#include "run/layout.hpp"

#include <fmt/format.h>
#include <iostream>

namespace dhg::cli {
namespace {

Usage new_usage() {
  Usage usage;
  usage.about =
      "Creates a folder with the sources of a new plugin: about 40 lines that work, for you to\n"
      "change. docs/plugins.md continues from there.";
  usage.arguments = {{"KIND", "the kind of plugin", {}},
                     {"NAME", "name of the plugin and of the folder: my-server", {}}};
  for (const auto kind : plugin::kAllKinds)
    usage.arguments[0].choices.emplace_back(plugin::kind_word(kind));
  return usage;
}

// With a name that another plugin has, it can be used by its path only.
void warn_if_taken(const plugin::Registry& registry, dhg_plugin_kind kind,
                   const std::string& name) {
  for (const auto& listed : registry.list()) {
    if (listed.kind != kind || listed.name != name) continue;
    std::cerr << fmt::format(
        "dhg: there is a {0} called '{1}' already: '{2}'\n"
        "dhg: choose another name, or use the new one by its path only: installed beside the "
        "other, neither is found by the name\n",
        plugin::kind_name(kind), name, listed.path.string());
    return;
  }
}

int make_new(const Invocation& invocation) {
  const auto& word = invocation.arguments[0];
  const std::filesystem::path folder = invocation.arguments[1];
  const auto layout = run::installed_layout();
  for (const auto kind : plugin::kAllKinds) {
    if (word != plugin::kind_word(kind)) continue;
    plugin::write_plugin_sources(layout.templates, kind, folder);
    warn_if_taken(make_registry(layout), kind, folder.filename().string());
  }
  std::cout << fmt::format(
      "created {0}/; next:\n"
      "  cd {0}\n"
      "  cmake -B build && cmake --build build && dhg plugin test build/lib{1}.so\n",
      folder.string(), folder.filename().string());
  return 0;
}

} // namespace

const Command plugin_new_command{"plugin new", "write the sources of a new plugin", new_usage,
                                 make_new};

} // namespace dhg::cli
