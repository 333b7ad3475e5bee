#include "command.hpp"
#include "setup.hpp"

#include "dhg/error.hpp"

#include <iostream>

namespace dhg::cli {

int config_command(const Invocation& invocation) {
  Usage usage{"dhg config show [options]",
              "Prints, as YAML, what a run with these options and this environment would use,\n"
              "and where each value comes from.",
              po::options_description("Options")};
  add_config_options(usage.options);
  auto args = invocation.args;
  if (!args.empty() && args[0] == "show") {
    args.erase(args.begin());
  } else if (args.empty() || (args[0] != "--help" && args[0] != "-h")) {
    throw Error(Blame::usage, "'dhg config' is followed by: show", "see: dhg config --help");
  }
  const auto values = parse(usage, args);
  if (!values) return 0;
  const auto setup = make_setup(*values);
  std::cout << config::show(setup.raw);
  return 0;
}

} // namespace dhg::cli
