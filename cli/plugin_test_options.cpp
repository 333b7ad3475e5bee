#include "plugin_test_options.hpp"

#include "config/settings.hpp"
#include "dhg/error.hpp"
#include "plugin/kind.hpp"
#include "text/utf8.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace dhg::cli {

PluginTestOptions::PluginTestOptions(const std::vector<std::string>& assignments,
                                     const dhg_plugin_descriptor& descriptor) {
  const auto kind = static_cast<dhg_plugin_kind>(descriptor.kind);
  const std::string section = plugin::kind_section(kind);
  config::RawNode raw;
  for (const auto& assignment : assignments) {
    config::apply_set(raw, assignment);
    if (!assignment.starts_with(section + ".options."))
      throw Error(Blame::usage,
                  fmt::format("--set {}: it is no option of a {}",
                              text::printable(assignment.substr(0, assignment.find('='))),
                              plugin::kind_name(kind)),
                  fmt::format("expected: --set {}.options.NAME=VALUE", section));
  }
  const auto* of_kind = raw.find(section);
  const auto* options = of_kind != nullptr ? of_kind->find("options") : nullptr;
  (void)config::validate_options(options, {descriptor.options, descriptor.option_count},
                                 descriptor.name);
  if (options == nullptr) return;
  for (const auto& member : options->members) given_.emplace_back(member.key, member.value.text);
}

std::string PluginTestOptions::variable() const {
  auto map = nlohmann::json::object();
  for (const auto& [name, value] : given_) map[name] = value;
  return "DHG_CONFORMANCE_OPTIONS=" + map.dump(); // JSON is YAML
}

std::string PluginTestOptions::in_words() const {
  std::string words;
  for (const auto& [name, value] : given_)
    words += fmt::format("{}{}={}", words.empty() ? " with " : ", ", name, text::printable(value));
  return words;
}

} // namespace dhg::cli
