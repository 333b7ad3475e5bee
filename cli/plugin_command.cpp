#include "command.hpp"
#include "setup.hpp"

#include "dhg/error.hpp"

#include <fmt/format.h>
#include <iostream>

namespace dhg::cli {
namespace {

int list(const plugin::Registry& registry) {
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

int plugin_command(const Invocation& invocation) {
  Usage usage{"dhg plugin list [options]",
              "Lists the plugins of this installation and of DHG_PLUGIN_PATH. Exits with 1 if one\n"
              "of them cannot be used.",
              po::options_description("Options")};
  auto args = invocation.args;
  if (!args.empty() && args[0] == "list") {
    args.erase(args.begin());
  } else if (args.empty() || (args[0] != "--help" && args[0] != "-h")) {
    throw Error(Blame::usage, "'dhg plugin' is followed by: list", "see: dhg plugin --help");
  }
  if (!parse(usage, args)) return 0;
  return list(make_registry(run::installed_layout()));
}

} // namespace dhg::cli
