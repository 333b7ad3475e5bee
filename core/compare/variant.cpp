#include "compare/variant.hpp"

#include "config/schema.hpp"
#include "dhg/error.hpp"
#include "text/utf8.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace dhg::compare {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostVariants = 32;

using Assignment = std::vector<std::string>; // of KEY=VALUE, one an axis

std::vector<Assignment> combinations(const std::vector<Axis>& axes) {
  std::vector<Assignment> all{{}};
  for (const auto& axis : axes) {
    std::vector<Assignment> longer;
    for (const auto& begun : all) {
      for (const auto& value : axis.values) {
        longer.push_back(begun);
        longer.back().push_back(axis.key + "=" + value);
      }
    }
    all = std::move(longer);
    if (all.size() > kMostVariants)
      throw Error(Blame::usage, fmt::format("more than {} variants", kMostVariants),
                  "give --vary fewer values");
  }
  return all;
}

const config::RawNode* node_at(const config::RawNode& root, std::string_view path) {
  const auto* node = &root;
  while (node != nullptr && !path.empty()) {
    const auto dot = std::min(path.find('.'), path.size());
    node = node->find(path.substr(0, dot));
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  return node;
}

std::vector<std::pair<std::string, std::string>> values_of(const config::RawNode& raw) {
  std::vector<std::pair<std::string, std::string>> values;
  for (const auto& key : config::schema()) {
    const std::string path(key.path);
    const auto* node = node_at(raw, path);
    values.emplace_back(path, node != nullptr ? node->text : std::string(key.default_value));
    if (!path.ends_with(".plugin")) continue;
    const auto options = path.substr(0, path.rfind('.')) + ".options";
    if (const auto* group = node_at(raw, options); group != nullptr)
      for (const auto& option : group->members)
        values.emplace_back(options + "." + option.key, option.value.text);
  }
  return values;
}

Variant make_variant(const fs::path& config, const std::vector<std::string>& set,
                     const std::function<std::optional<std::string>(const char*)>& environment) {
  auto raw = config::parse_file(config);
  config::apply_environment(raw, environment);
  Variant variant;
  variant.options = {"--config", fs::absolute(config).string()};
  for (const auto& assignment : set) {
    config::apply_set(raw, assignment);
    variant.options.insert(variant.options.end(), {"--set", assignment});
  }
  variant.settings = config::validate(raw);
  variant.settings.config = variant.options[1];
  variant.values = values_of(raw);
  return variant;
}

// "libx", with one folder "new/libx": as many folders above as tell it from others.
std::string short_path(const fs::path& path, std::size_t folders) {
  std::vector<fs::path> parts(path.begin(), path.end());
  const auto begin = parts.size() - std::min(parts.size(), folders + 1);
  fs::path shown;
  for (auto at = begin; at < parts.size(); ++at)
    shown /= at + 1 == parts.size() ? parts[at].stem() : parts[at];
  return shown.string();
}

// A condition takes what begins with a letter for a name, and anything else for a number.
bool reads_as_name(const std::string& value) {
  const auto first = value.front();
  return ((first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z')) && value != "true" &&
         value != "false";
}

std::string shown_value(const std::string& assignment, std::size_t folders) {
  const auto equals = assignment.find('=');
  auto value = assignment.substr(equals + 1);
  const auto key = assignment.substr(0, equals);
  if (key.ends_with(".plugin") && value.find('/') != std::string::npos)
    return short_path(fs::absolute(value).lexically_normal(), folders);
  if (reads_as_name(value)) return value;
  return key.substr(key.rfind('.') + 1) + '=' + value;
}

// What a variant's name is made of.
struct NameParts {
  fs::path config;
  bool with_config = false;
  Assignment varied;
  std::size_t folders = 0;

  [[nodiscard]] std::string name() const {
    std::string text = with_config ? short_path(config, folders) : "";
    for (const auto& assignment : varied)
      text += (text.empty() ? "" : ":") + shown_value(assignment, folders);
    return text;
  }
};

// Names files by as many folders as tell them from each other; what is the same in all has one
// name.
std::vector<std::string> names_of(std::vector<NameParts> all) {
  std::vector<std::string> names;
  for (const auto& parts : all) names.push_back(parts.name());
  const auto is_taken = [&](std::size_t i) {
    for (std::size_t other = 0; other < all.size(); ++other)
      if (names[other] == names[i] &&
          (all[other].config != all[i].config || all[other].varied != all[i].varied))
        return true;
    return false;
  };
  constexpr std::size_t kMostFolders = 32;
  for (std::size_t folders = 1; folders < kMostFolders; ++folders) {
    std::vector<std::size_t> longer;
    for (std::size_t i = 0; i < all.size(); ++i)
      if (is_taken(i)) longer.push_back(i);
    for (const auto i : longer) {
      all[i].folders = folders;
      names[i] = all[i].name();
    }
    if (longer.empty()) break;
  }
  return names;
}

Variant external_variant(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size())
    throw Error(Blame::usage,
                fmt::format("--external {}: not of the form NAME=COMMAND", text::printable(text)),
                "for example: --external \"docker=docker run --rm python:3 python -c 1\"");
  Variant variant;
  variant.name = text.substr(0, equals);
  variant.external = text.substr(equals + 1);
  return variant;
}

void check(const std::vector<Variant>& variants) {
  if (variants.size() < 2)
    throw Error(Blame::usage, "there is only one variant: nothing to compare it with",
                "name another config, --vary a key, or --external NAME=COMMAND");
  if (variants.size() > kMostVariants)
    throw Error(Blame::usage, fmt::format("more than {} variants", kMostVariants));
  for (auto a = variants.begin(); a != variants.end(); ++a) {
    if (text::find_bad_byte(a->name) || a->name.find_first_of("'\"\n\r\t") != std::string::npos)
      throw Error(Blame::usage, fmt::format("'{}' is not a valid variant name: it has quotes or "
                                            "control characters",
                                            text::printable(a->name)));
    if (std::any_of(variants.begin(), a, [&](const auto& b) { return b.name == a->name; }))
      throw Error(Blame::usage, fmt::format("two variants are called '{}'", a->name),
                  "leave one of them out: it has the same config and the same values");
  }
}

} // namespace

Axis parse_axis(const std::string& text) {
  const auto equals = text.find('=');
  Axis axis{text.substr(0, equals), {}};
  for (auto at = equals; at != std::string::npos;) {
    const auto comma = text.find(',', at + 1);
    axis.values.push_back(text.substr(at + 1, comma == std::string::npos ? comma : comma - at - 1));
    at = comma;
  }
  const bool gap = std::any_of(axis.values.begin(), axis.values.end(),
                               [](const auto& value) { return value.empty(); });
  if (axis.key.empty() || axis.values.empty() || gap)
    throw Error(Blame::usage,
                fmt::format("--vary {}: not of the form KEY=VALUE,VALUE", text::printable(text)),
                "for example: --vary page_server.plugin=file,lazy-4k");
  return axis;
}

std::vector<Variant> make_variants(
    const VariantRequest& request, const fs::path& installed,
    const std::function<std::optional<std::string>(const char*)>& environment) {
  std::vector<Variant> variants;
  std::vector<NameParts> names;
  for (const auto& given : request.configs) {
    const auto config = config::locate(given, installed);
    for (const auto& varied : combinations(request.axes)) {
      auto set = request.set;
      set.insert(set.end(), varied.begin(), varied.end());
      variants.push_back(make_variant(config, set, environment));
      names.push_back({fs::absolute(config).lexically_normal(),
                       request.configs.size() > 1 || varied.empty(), varied});
    }
  }
  const auto told_apart = names_of(std::move(names));
  for (std::size_t i = 0; i < variants.size(); ++i) variants[i].name = told_apart[i];
  for (const auto& text : request.externals) variants.push_back(external_variant(text));
  check(variants);
  return variants;
}

} // namespace dhg::compare
