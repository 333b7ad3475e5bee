#include "command.hpp"
#include "setup.hpp"

#include <iostream>

namespace dhg::cli {
namespace {

Usage show_usage() {
  Usage usage;
  usage.about =
      "Prints, as YAML, what a run with these options and this environment would use,\n"
      "and where each value comes from.";
  add_config_options(usage.options);
  return usage;
}

int show(const Invocation& invocation) {
  std::cout << config::show(make_setup(invocation.values).raw);
  return 0;
}

} // namespace

const Command config_show_command{
    "config show", "show what a run would use, and where each value comes from", show_usage, show};

} // namespace dhg::cli
