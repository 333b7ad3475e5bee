#include "command.hpp"
#include "setup.hpp"

#include <fmt/format.h>
#include <iostream>

namespace dhg::cli {
namespace {

Usage list_usage() {
  Usage usage;
  usage.about =
      "Lists the plugins of this installation and of DHG_PLUGIN_PATH. Exits with 1 if one\n"
      "of them cannot be used.";
  return usage;
}

int list(const Invocation& /*invocation*/) {
  const auto registry = make_registry(run::installed_layout());
  bool all_usable = true;
  for (const auto& entry : registry.list()) {
    const char* kind = entry.kind ? plugin::kind_name(*entry.kind) : "plugin";
    if (entry.error) {
      std::cout << fmt::format("{:<15} {:<10} broken: {}\n", kind, entry.name, entry.error->what());
      all_usable = false;
    } else {
      const auto& descriptor = *entry.plugin->descriptor;
      std::cout << fmt::format("{:<15} {:<10} {:<6} {}\n", kind, entry.name, descriptor.version,
                               descriptor.description);
    }
  }
  return all_usable ? 0 : 1;
}

} // namespace

const Command plugin_list_command{"plugin list", "list page servers, result channels and launchers",
                                  list_usage, list};

} // namespace dhg::cli
