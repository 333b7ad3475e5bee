#include "run/plugins.hpp"

#include "dhg/error.hpp"
#include "plugin/kind.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace dhg::run {

plugin::LoadedPlugin load_chosen(const plugin::Registry& registry, dhg_plugin_kind kind,
                                 const config::PluginChoice& choice) {
  try {
    return registry.load(kind, choice.name);
  } catch (const Error& error) {
    if (choice.origin.kind != config::Origin::Kind::file) throw;
    throw Error(error.blame(), fmt::format("{}: {}", choice.origin.text, error.what()),
                error.hint());
  }
}

Options options_of(const config::PluginChoice& choice, const dhg_plugin_descriptor& descriptor) {
  try {
    return config::validate_options(choice.options ? &*choice.options : nullptr,
                                    {descriptor.options, descriptor.option_count}, descriptor.name);
  } catch (const Error& error) {
    if (choice.origin.kind != config::Origin::Kind::default_value || !choice.options) throw;
    const auto kind = static_cast<dhg_plugin_kind>(descriptor.kind);
    throw Error(error.blame(), error.what(),
                fmt::format("no plugin is named beside these options, so they are for the default "
                            "{}, '{}'; name another one with {}.plugin",
                            plugin::kind_name(kind), descriptor.name, plugin::kind_section(kind)));
  }
}

memory::CallLimits call_limits(const config::Settings& settings) {
  memory::CallLimits limits;
  limits.running = settings.page_server.patience;
  limits.before_run = std::max(limits.before_run, limits.running);
  return limits;
}

void require_met(const std::vector<Requirement>& requirements) {
  for (const auto& requirement : requirements)
    if (!requirement.met)
      throw Error(Blame::environment, fmt::format("{}: {}", requirement.name, requirement.detail),
                  requirement.remedy);
}

} // namespace dhg::run
