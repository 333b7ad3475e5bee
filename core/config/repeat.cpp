// The options that lead to the same snapshot again.

#include "config/raw.hpp"
#include "config/schema.hpp"
#include "config/settings.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <iterator>

namespace dhg::config {
namespace {

// What a run decides for itself, whichever snapshot it restores.
bool concerns_a_run_only(std::string_view path) {
  constexpr std::array kOfRuns{"page_source", "page_server.fallback", "page_server.notes",
                               "page_server.record", "page_server.patience"};
  return path.starts_with("run.") ||
         std::find(kOfRuns.begin(), kOfRuns.end(), path) != kOfRuns.end();
}

bool is_flag(const RawNode& value) { return value.origin.kind == Origin::Kind::flag; }

void repeat_options_of(const RawNode& section, std::string_view name,
                       std::vector<std::string>& all) {
  const auto* options = section.find("options");
  if (options == nullptr) return;
  for (const auto& [key, origin, value] : options->members)
    if (is_flag(value))
      all.insert(all.end(), {"--set", fmt::format("{}.options.{}={}", name, key, value.text)});
}

} // namespace

std::vector<std::string> repeat_flags(const RawNode& raw) {
  std::vector<std::string> all;
  for (const auto& key : schema()) {
    if (key.path == "image" || key.path == "version" || concerns_a_run_only(key.path)) continue;
    const auto dot = key.path.find('.');
    const bool in_section = dot != std::string_view::npos;
    const auto* section = in_section ? raw.find(key.path.substr(0, dot)) : &raw;
    if (section == nullptr) continue;
    const auto name = in_section ? key.path.substr(dot + 1) : key.path;
    if (const auto* value = section->find(name); value != nullptr && is_flag(*value))
      all.insert(all.end(), {"--set", fmt::format("{}={}", key.path, value->text)});
    if (name == "plugin") repeat_options_of(*section, key.path.substr(0, dot), all);
  }
  return all;
}

} // namespace dhg::config
