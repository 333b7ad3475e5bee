#include "command.hpp"

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

int make_new(const Invocation& invocation) {
  const auto& word = invocation.arguments[0];
  const std::filesystem::path folder = invocation.arguments[1];
  for (const auto kind : plugin::kAllKinds)
    if (word == plugin::kind_word(kind))
      plugin::write_plugin_sources(run::installed_layout().templates, kind, folder);
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
