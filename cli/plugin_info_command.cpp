#include "command.hpp"
#include "setup.hpp"

#include "config/units.hpp"
#include "plugin/descriptor.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <iostream>

namespace dhg::cli {
namespace {

Usage info_usage() {
  Usage usage;
  usage.about = "Prints a plugin's kind, version, ABI and options.";
  usage.arguments = {{"NAME|FILE", "its name, or the path of its library", {}}};
  return usage;
}

void print_option(const dhg_option& option) {
  const std::string default_value = option.default_value;
  std::cout << fmt::format("  {:<12} {}; default {}\n", option.name, config::allowed_values(option),
                           default_value.empty() ? "empty" : default_value)
            << fmt::format("  {:<12} {}\n", "", option.description);
}

void print_traits(const dhg_plugin_descriptor& descriptor) {
  const auto traits = plugin::traits_of(descriptor);
  const auto has = [&](dhg_trait trait) { return (traits.bits & trait) != 0; };
  std::vector<std::string> words;
  if (has(DHG_TRAIT_LEARNS)) words.emplace_back("learns from earlier runs");
  if (has(DHG_TRAIT_NO_FAULTS)) words.emplace_back("needs no userfaultfd");
  if (has(DHG_TRAIT_ATTACHES_AT_ONCE)) words.emplace_back("copies nothing before the guest runs");
  if (traits.fault_bytes > 0)
    words.push_back(
        fmt::format("installs {} around a fault", config::format_size(traits.fault_bytes)));
  if (!words.empty()) std::cout << fmt::format("traits       {}\n", fmt::join(words, "; "));
}

int info(const Invocation& invocation) {
  const auto registry = make_registry(run::installed_layout());
  const auto& name_or_path = invocation.arguments[0];
  const auto plugin = registry.load(name_or_path);
  const auto& d = *plugin.descriptor;
  const auto kind = static_cast<dhg_plugin_kind>(d.kind);
  std::cout << fmt::format(
      "name         {}\nkind         {}\nversion      {}\nABI          {}.{}, {}\n"
      "file         {}\ndescription  {}\nused with    --set {}.plugin={}\n",
      d.name, plugin::kind_name(kind), d.version, d.abi_major, d.abi_minor, d.cxx_abi,
      plugin.path.string(), d.description, plugin::kind_section(kind),
      name_or_path.find('/') == std::string::npos ? name_or_path : plugin.path.string());
  print_traits(d);
  if (d.option_count == 0) {
    std::cout << "options      none\n";
    return 0;
  }
  std::cout << fmt::format("options      --set {}.options.NAME=VALUE\n",
                           plugin::kind_section(kind));
  for (std::uint32_t i = 0; i < d.option_count; ++i) print_option(d.options[i]);
  return 0;
}

} // namespace

const Command plugin_info_command{"plugin info", "print a plugin's version and options", info_usage,
                                  info};

} // namespace dhg::cli
