#include "config/schema.hpp"
#include "config/settings.hpp"
#include "text/utf8.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cctype>

namespace dhg::config {
namespace {

constexpr std::size_t kCommentColumn = 36;

// YAML without quotes where it means the same.
std::string scalar(const std::string& text) {
  constexpr std::array<std::string_view, 3> kNulls{"null", "Null", "NULL"};
  const bool plain = !text.empty() && text.front() != '-' && text.front() != '.' &&
                     std::find(kNulls.begin(), kNulls.end(), text) == kNulls.end() &&
                     std::all_of(text.begin(), text.end(), [](unsigned char c) {
                       return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.' || c == '/';
                     });
  if (plain) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      quoted += fmt::format("\\x{:02x}", byte);
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

void show_line(std::string& out, std::size_t depth, std::string_view name, const std::string& value,
               const std::string& origin) {
  out += fmt::format("{:{}}{:<{}}  # {}\n", "", depth * 2, fmt::format("{}: {}", name, value),
                     kCommentColumn - depth * 2, origin);
}

void show_options(std::string& out, const RawNode& section) {
  const auto* options = section.find("options");
  if (options != nullptr && !options->members.empty()) {
    out += "  options:\n";
    for (const auto& [name, origin, value] : options->members)
      show_line(out, 2, scalar(name), scalar(value.text), value.origin.text);
  }
  for (const auto& [plugin, origin, unused] : section.set_aside)
    for (const auto& option : unused.members)
      out += fmt::format("  # {}: option '{}' of '{}' is not used\n", option.key_origin.text,
                         text::printable(option.key), text::printable(plugin));
}

} // namespace

std::string show(const RawNode& raw) {
  (void)validate(raw);
  std::string out;
  std::string_view group;
  for (const auto& key : schema()) {
    const auto dot = key.path.find('.');
    const bool in_section = dot != std::string_view::npos;
    const auto section_name = in_section ? key.path.substr(0, dot) : "";
    const auto name = in_section ? key.path.substr(dot + 1) : key.path;
    if (section_name != group) out += fmt::format("{}:\n", section_name);
    group = section_name;
    const auto* section = in_section ? raw.find(section_name) : &raw;
    const auto* given = section != nullptr ? section->find(name) : nullptr;
    show_line(out, in_section ? 1 : 0, name,
              scalar(given != nullptr ? given->text : std::string(key.default_value)),
              given != nullptr ? given->origin.text : "default");
    if (name == "plugin" && section != nullptr) show_options(out, *section);
  }
  return out;
}

} // namespace dhg::config
