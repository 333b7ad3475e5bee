// What the environment and the flags put over the file.

#include "config/raw.hpp"
#include "config/schema.hpp"
#include "dhg/error.hpp"
#include "text/utf8.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <filesystem>
#include <iterator>

namespace dhg::config {
namespace {

using Kind = RawNode::Kind;

constexpr std::string_view kPlugin = "plugin";
constexpr std::string_view kOptions = "options";

// The map at `path`, made where there is none or only a key without a value.
RawNode& group_at(RawNode& root, const std::string& path, const Origin& origin) {
  auto* node = &root;
  for (std::size_t begin = 0; begin < path.size();) {
    const auto end = std::min(path.find('.', begin), path.size());
    const auto key = path.substr(begin, end - begin);
    auto* next = node->find(key);
    if (next == nullptr) {
      node->members.push_back({key, origin, {}});
      next = &node->members.back().value;
      next->origin = origin;
    }
    if (next->kind == Kind::scalar && next->text.empty()) next->kind = Kind::map;
    // What the file says there is wrong; to replace it would hide that.
    if (next->kind != Kind::map) {
      Problems problems;
      problems.add_not_a_group(next->origin, path.substr(0, end));
      problems.raise();
    }
    node = next;
    begin = end + 1;
  }
  return *node;
}

void set_aside_options(RawNode& section, const std::string& plugin) {
  const auto options = std::find_if(section.members.begin(), section.members.end(),
                                    [](const auto& m) { return m.key == kOptions; });
  if (options == section.members.end() || options->value.kind != Kind::map) return;
  // What a flag gave stays, for a flag is meant for this very run.
  auto aside = *options;
  std::erase_if(aside.value.members,
                [](const auto& m) { return m.key_origin.kind == Origin::Kind::flag; });
  std::erase_if(options->value.members,
                [](const auto& m) { return m.key_origin.kind != Origin::Kind::flag; });
  if (options->value.members.empty()) section.members.erase(options);
  if (aside.value.members.empty()) return;
  section.set_aside.push_back({plugin, aside.key_origin, std::move(aside.value)});
}

void bring_back_options(RawNode& section, const std::string& plugin) {
  const auto found = std::find_if(section.set_aside.begin(), section.set_aside.end(),
                                  [&](const auto& m) { return m.key == plugin; });
  if (found == section.set_aside.end()) return;
  auto& options = group_at(section, std::string(kOptions), found->key_origin);
  for (auto& member : found->value.members)
    if (options.find(member.key) == nullptr) options.members.push_back(std::move(member));
  section.set_aside.erase(found);
}

// On a command line, a path begins where the caller stands.
std::string absolute_plugin(const std::string& value, const Origin& origin) {
  if (origin.kind != Origin::Kind::flag || value.find('/') == std::string::npos) return value;
  return std::filesystem::absolute(value).lexically_normal().string();
}

void set_value(RawNode& root, const std::string& path, const std::string& given,
               const Origin& origin) {
  const auto dot = path.rfind('.');
  const auto section_path = dot == std::string::npos ? "" : path.substr(0, dot);
  const auto key = dot == std::string::npos ? path : path.substr(dot + 1);
  auto& section = group_at(root, section_path, origin);
  // Options belong to the plugin that is named beside them: with another one, they go.
  const auto* known = key == kPlugin ? find_key(path) : nullptr;
  const auto value = known != nullptr ? absolute_plugin(given, origin) : given;
  if (known != nullptr) {
    const auto* named = section.find(kPlugin);
    const auto before = named != nullptr ? named->text : std::string(known->default_value);
    if (before != value) {
      set_aside_options(section, before);
      bring_back_options(section, value);
    }
  }
  if (section.find(key) == nullptr) section.members.push_back({key, origin, {}});
  for (auto& member : section.members)
    if (member.key == key) member = {key, origin, {Kind::scalar, origin, value, {}, {}}};
}

// A flag names one value, which the schema knows, or one option of a plugin.
void check_path(const std::string& path, const Origin& origin) {
  Problems problems;
  std::string group;
  for (std::size_t begin = 0; begin <= path.size();) {
    const auto end = std::min(path.find('.', begin), path.size());
    const auto word = path.substr(begin, end - begin);
    const auto known = keys_below(group);
    if (std::find(known.begin(), known.end(), word) == known.end())
      problems.add_unknown(origin, fmt::format("unknown key '{}'", text::printable(word)), word,
                           known);
    problems.raise();
    group = path.substr(0, end);
    if (end == path.size()) break;
    begin = end + 1;
    if (find_key(group) != nullptr)
      problems.add(origin, fmt::format("'{}' is a single value, nothing is below it", group));
    if (!is_options_path(group)) continue;
    if (path.find('.', begin) != std::string::npos)
      problems.add(origin, "an option's name has no '.'");
    problems.raise();
    return;
  }
  if (find_key(group) == nullptr) problems.add_not_a_group(origin, group);
  problems.raise();
}

} // namespace

void apply_set(RawNode& root, const std::string& assignment) {
  const auto equals = assignment.find('=');
  const auto path = assignment.substr(0, equals);
  if (equals == std::string::npos || path.empty() || path.front() == '.' || path.back() == '.' ||
      path.find("..") != std::string::npos || text::find_bad_byte(assignment))
    throw Error(Blame::usage,
                fmt::format("--set {}: not of the form KEY=VALUE", text::printable(assignment)),
                "for example: --set page_server.plugin=lazy-4k");
  const Origin origin{Origin::Kind::flag, "--set " + text::printable(path)};
  check_path(path, origin);
  set_value(root, path, assignment.substr(equals + 1), origin);
}

void apply_flag(RawNode& root, const std::string& flag, const std::string& path,
                const std::string& value) {
  const Origin origin{Origin::Kind::flag, flag};
  if (text::find_bad_byte(value))
    throw Error(Blame::usage, fmt::format("{} {}: not a text", flag, text::printable(value)));
  set_value(root, path, value, origin);
}

void apply_environment(RawNode& root,
                       const std::function<std::optional<std::string>(const char*)>& environment) {
  constexpr const char* kEager = "DHG_VM_EAGER_UFFD";
  constexpr const char* kFile = "DHG_VM_NO_UFFD";
  const auto is_set = [&](const char* name) {
    const auto value = environment(name).value_or("");
    if (!value.empty() && value != "0" && value != "1")
      throw Error(Blame::usage, fmt::format("{}={}: it is 1 or 0", name, text::printable(value)));
    return value == "1";
  };
  const bool eager = is_set(kEager);
  const bool file = is_set(kFile);
  if (eager && file)
    throw Error(Blame::usage,
                fmt::format("{} and {} are both set: they contradict each other", kEager, kFile),
                "unset one of them");
  const Origin origin{Origin::Kind::environment, eager ? kEager : kFile};
  if (const auto version = environment("DHG_VERSION").value_or(""); !version.empty())
    set_value(root, "version", version, {Origin::Kind::environment, "DHG_VERSION"});
  if (eager || file) set_value(root, "page_server.plugin", eager ? "eager" : "file", origin);
}

} // namespace dhg::config
