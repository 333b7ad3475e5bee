#include "config/settings.hpp"

#include "config/schema.hpp"
#include "text/utf8.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace dhg::config {
namespace {

std::string join(const std::string& prefix, const std::string& key) {
  return prefix.empty() ? key : prefix + "." + key;
}

class Validator {
 public:
  Settings run(const RawNode& raw) {
    for (const auto& key : schema()) (void)key.assign(settings_, std::string(key.default_value));
    visit(raw, "");
    problems_.raise();
    settings_.prepare_flags = repeat_flags(raw);
    return std::move(settings_);
  }

 private:
  void visit(const RawNode& node, const std::string& prefix) {
    const auto known = keys_below(prefix);
    for (const auto& [name, origin, value] : node.members) {
      const auto path = join(prefix, name);
      if (std::find(known.begin(), known.end(), name) == known.end()) {
        problems_.add_unknown(origin, fmt::format("unknown key '{}'", text::printable(name)), name,
                              known);
      } else if (is_options_path(path)) {
        take_options(path, value);
      } else if (const auto* key = find_key(path); key != nullptr) {
        assign(*key, value);
      } else if (value.kind == RawNode::Kind::map) {
        visit(value, path);
      } else if (!(value.kind == RawNode::Kind::scalar && value.text.empty())) {
        problems_.add_not_a_group(value.origin, path);
      }
    }
  }

  void assign(const Key& key, const RawNode& value) {
    const bool scalar = value.kind == RawNode::Kind::scalar;
    if (!scalar || !key.assign(settings_, value.text))
      problems_.add_impossible(
          value, std::string(key.path), key.allowed,
          scalar && key.suggest != nullptr ? key.suggest(value.text) : std::nullopt);
    if (key.path == "image") settings_.image_origin = value.origin;
    if (key.path.ends_with(".plugin")) choice_of(key.path).origin = value.origin;
  }

  void take_options(const std::string& path, const RawNode& value) {
    if (value.kind != RawNode::Kind::map) {
      if (value.kind != RawNode::Kind::scalar || !value.text.empty())
        problems_.add_not_a_group(value.origin, path);
      return;
    }
    for (const auto& [name, origin, option] : value.members)
      if (option.kind != RawNode::Kind::scalar)
        problems_.add_impossible(option, fmt::format("{}.{}", path, text::printable(name)),
                                 "a single value", std::nullopt);
    choice_of(path).options = value;
  }

  PluginChoice& choice_of(std::string_view path) {
    return path.starts_with("launcher.")      ? settings_.launcher
           : path.starts_with("page_server.") ? settings_.page_server.choice
                                              : settings_.result_channel;
  }

  Settings settings_;
  Problems problems_;
};

} // namespace

Settings validate(const RawNode& raw) { return Validator().run(raw); }

} // namespace dhg::config
