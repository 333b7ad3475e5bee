#include "config/settings.hpp"

#include "config/schema.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace dhg::config {
namespace {

std::string join(const std::string& prefix, const std::string& key) {
  return prefix.empty() ? key : prefix + "." + key;
}

// What may stand directly under `prefix`.
std::vector<std::string> children_of(const std::string& prefix) {
  std::vector<std::string> result;
  const auto add = [&](std::string_view path) {
    const auto begin = prefix.empty() ? 0 : prefix.size() + 1;
    if (path.size() <= begin || path.substr(0, prefix.size()) != prefix ||
        (begin != 0 && path[prefix.size()] != '.'))
      return;
    const auto rest = path.substr(begin);
    const std::string child(rest.substr(0, rest.find('.')));
    if (std::find(result.begin(), result.end(), child) == result.end()) result.push_back(child);
  };
  for (const auto& key : schema()) add(key.path);
  for (const auto* path : {"launcher.options", "page_server.options", "result_channel.options"})
    add(path);
  return result;
}

const Key* find_key(const std::string& path) {
  const auto all = schema();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Key& k) { return k.path == path; });
  return found == all.end() ? nullptr : &*found;
}

class Validator {
 public:
  Settings run(const RawNode& raw) {
    for (const auto& key : schema()) (void)key.assign(settings_, std::string(key.default_value));
    visit(raw, "");
    problems_.raise();
    return std::move(settings_);
  }

 private:
  void visit(const RawNode& node, const std::string& prefix) {
    const auto known = children_of(prefix);
    for (const auto& [name, origin, value] : node.members) {
      const auto path = join(prefix, name);
      if (std::find(known.begin(), known.end(), name) == known.end()) {
        problems_.add_unknown(origin, "key", name, known);
      } else if (is_options_path(path)) {
        take_options(path, value);
      } else if (const auto* key = find_key(path); key != nullptr) {
        assign(*key, value);
      } else if (value.kind == RawNode::Kind::map) {
        visit(value, path);
      } else if (!(value.kind == RawNode::Kind::scalar && value.text.empty())) {
        problems_.add(value.origin, fmt::format("'{}' is a group of keys: {}", path,
                                                fmt::join(children_of(path), ", ")));
      }
    }
  }

  void assign(const Key& key, const RawNode& value) {
    if (value.kind != RawNode::Kind::scalar)
      problems_.add(value.origin, fmt::format("'{}' is a single value: {}", key.path, key.allowed));
    else if (!key.assign(settings_, value.text))
      problems_.add(value.origin, fmt::format("{}: '{}' is not possible; it is {}", key.path,
                                              value.text, key.allowed));
  }

  void take_options(const std::string& path, const RawNode& value) {
    if (value.kind != RawNode::Kind::map) {
      if (value.kind != RawNode::Kind::scalar || !value.text.empty())
        problems_.add(value.origin, fmt::format("'{}' is a map of options", path));
      return;
    }
    auto& choice = path == "launcher.options"      ? settings_.launcher
                   : path == "page_server.options" ? settings_.page_server.choice
                                                   : settings_.result_channel;
    choice.options = value;
  }

  Settings settings_;
  Problems problems_;
};

void show_line(std::string& out, std::size_t depth, const std::string& text,
               const std::string& origin) {
  out += fmt::format("{:{}}{:<{}}  # {}\n", "", depth * 2, text, 36 - depth * 2, origin);
}

// YAML without quotes where it means the same.
std::string scalar(const std::string& text) {
  const bool plain = !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.' || c == '/';
  });
  if (plain) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

const RawNode* find_path(const RawNode& root, std::string_view path) {
  const auto* node = &root;
  while (node != nullptr && !path.empty()) {
    const auto dot = path.find('.');
    node = node->find(path.substr(0, dot));
    path = dot == std::string_view::npos ? "" : path.substr(dot + 1);
  }
  return node;
}

} // namespace

Settings validate(const RawNode& raw) { return Validator().run(raw); }

std::string show(const RawNode& raw) {
  (void)validate(raw);
  std::string out;
  std::string group;
  for (const auto& key : schema()) {
    const auto dot = key.path.find('.');
    const std::string section(key.path.substr(0, dot == std::string_view::npos ? 0 : dot));
    if (section != group && !section.empty()) out += section + ":\n";
    group = section;
    const auto depth = section.empty() ? 0U : 1U;
    const std::string name(key.path.substr(section.empty() ? 0 : dot + 1));
    const auto* node = find_path(raw, key.path);
    const bool given = node != nullptr && node->kind == RawNode::Kind::scalar;
    show_line(
        out, depth,
        fmt::format("{}: {}", name, scalar(given ? node->text : std::string(key.default_value))),
        given ? node->origin.text : "default");
    const auto* options = name == "plugin" ? find_path(raw, section + ".options") : nullptr;
    if (options == nullptr || options->members.empty()) continue;
    out += "  options:\n";
    for (const auto& [option, origin, value] : options->members)
      show_line(out, 2, fmt::format("{}: {}", option, scalar(value.text)), value.origin.text);
  }
  return out;
}

} // namespace dhg::config
