#include "config/raw.hpp"

#include "dhg/error.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>
#include <algorithm>
#include <fstream>
#include <sstream>

namespace dhg::config {
namespace {

constexpr std::size_t kMaxFile = 1024 * 1024;
constexpr std::size_t kMaxDepth = 16;

[[noreturn]] void refuse(const std::string& name, const YAML::Mark& mark, const std::string& why) {
  throw Error(Blame::usage, fmt::format("{}:{}:{}: {}", name, mark.line + 1, mark.column + 1, why));
}

// Builds the tree from the parser's events rather than from YAML::Node, which has
// forgotten duplicate keys, and expands aliases.
class TreeBuilder final : public YAML::EventHandler {
 public:
  explicit TreeBuilder(const std::string& name) : name_(name) {}

  [[nodiscard]] RawNode take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (stack_.empty() && !begun_) return; // an empty document
    OnScalar(mark, "?", anchor, "");
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    refuse(name_, mark, "aliases are not supported; write the value out");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check(mark, tag, anchor);
    if (!stack_.empty() && stack_.back().node->kind == RawNode::Kind::map && !stack_.back().key) {
      set_key(mark, value);
      return;
    }
    auto& node = add(mark);
    node.kind = RawNode::Kind::scalar;
    node.text = value;
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    check(mark, tag, anchor);
    open(mark, RawNode::Kind::sequence);
  }
  void OnSequenceEnd() override { stack_.pop_back(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    check(mark, tag, anchor);
    open(mark, RawNode::Kind::map);
  }
  void OnMapEnd() override { stack_.pop_back(); }

 private:
  struct Level {
    RawNode* node;
    std::optional<std::string> key;
    Origin key_origin;
  };

  [[nodiscard]] Origin origin(const YAML::Mark& mark) const {
    return {Origin::Kind::file, fmt::format("{}:{}:{}", name_, mark.line + 1, mark.column + 1)};
  }

  void check(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) const {
    if (anchor != 0) refuse(name_, mark, "anchors are not supported");
    if (!tag.empty() && tag != "?" && tag != "!")
      refuse(name_, mark, fmt::format("the tag '{}' is not supported", tag));
    if (stack_.size() >= kMaxDepth) refuse(name_, mark, "nested too deeply");
  }

  void set_key(const YAML::Mark& mark, const std::string& key) {
    auto& level = stack_.back();
    if (const auto& members = level.node->members;
        std::any_of(members.begin(), members.end(), [&](const auto& m) { return m.key == key; }))
      refuse(name_, mark, fmt::format("'{}' is here a second time", key));
    level.key = key;
    level.key_origin = origin(mark);
  }

  RawNode& add(const YAML::Mark& mark) {
    begun_ = true;
    if (stack_.empty()) {
      root_.origin = origin(mark);
      return root_;
    }
    auto& level = stack_.back();
    const bool in_map = level.node->kind == RawNode::Kind::map;
    if (in_map && !level.key) refuse(name_, mark, "a key is a plain word");
    level.node->members.push_back({in_map ? *level.key : "", level.key_origin, {}});
    level.key.reset();
    auto& node = level.node->members.back().value;
    node.origin = origin(mark);
    return node;
  }

  void open(const YAML::Mark& mark, RawNode::Kind kind) {
    auto& node = add(mark);
    node.kind = kind;
    // Members are appended only to the innermost level, so outer pointers stay valid.
    stack_.push_back({&node, std::nullopt, {}});
  }

  const std::string& name_;
  RawNode root_;
  bool begun_ = false;
  std::vector<Level> stack_;
};

RawNode& descend(RawNode& node, const std::string& key, const Origin& origin) {
  if (auto* existing = node.find(key)) return *existing;
  node.members.push_back({key, origin, {}});
  node.members.back().value.origin = origin;
  return node.members.back().value;
}

void set_scalar(RawNode& root, std::string_view path, const std::string& value,
                const Origin& origin) {
  auto* node = &root;
  for (std::size_t begin = 0; begin <= path.size();) {
    const auto end = std::min(path.find('.', begin), path.size());
    if (node->kind != RawNode::Kind::map) *node = {RawNode::Kind::map, origin, "", {}};
    node = &descend(*node, std::string(path.substr(begin, end - begin)), origin);
    begin = end + 1;
  }
  *node = {RawNode::Kind::scalar, origin, value, {}};
}

// Options belong to the plugin that is named beside them: with another plugin, they go.
void set_with_plugin_rule(RawNode& root, const std::string& path, const std::string& value,
                          const Origin& origin) {
  constexpr std::string_view kSuffix = ".plugin";
  if (path.size() > kSuffix.size() && path.ends_with(kSuffix)) {
    auto* section = root.find(path.substr(0, path.size() - kSuffix.size()));
    const auto* before = section != nullptr ? section->find("plugin") : nullptr;
    if (section != nullptr && (before == nullptr || before->text != value))
      std::erase_if(section->members, [](const auto& m) { return m.key == "options"; });
  }
  set_scalar(root, path, value, origin);
}

} // namespace

const RawNode* RawNode::find(std::string_view key) const {
  const auto found =
      std::find_if(members.begin(), members.end(), [&](const auto& m) { return m.key == key; });
  return kind == Kind::map && found != members.end() ? &found->value : nullptr;
}

RawNode* RawNode::find(std::string_view key) {
  return const_cast<RawNode*>(std::as_const(*this).find(key));
}

RawNode parse_text(const std::string& text, const std::string& name) {
  if (text.size() > kMaxFile)
    throw Error(Blame::usage, fmt::format("{}: larger than {} KiB", name, kMaxFile / 1024));
  std::istringstream stream(text);
  TreeBuilder builder(name);
  try {
    YAML::Parser parser(stream);
    parser.HandleNextDocument(builder);
    TreeBuilder rest(name);
    if (parser.HandleNextDocument(rest))
      throw Error(Blame::usage, fmt::format("{}: more than one YAML document", name));
  } catch (const YAML::Exception& e) {
    refuse(name, e.mark, e.msg);
  }
  auto root = builder.take();
  if (root.kind != RawNode::Kind::map)
    throw Error(Blame::usage,
                fmt::format("{}: a config is a map of keys and values", root.origin.text));
  return root;
}

RawNode parse_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kMaxFile + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.eof() && file.fail())
    throw Error(Blame::usage, fmt::format("cannot read '{}'", path.string()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return parse_text(text, path.string());
}

void apply_set(RawNode& root, const std::string& assignment) {
  const auto equals = assignment.find('=');
  const auto path = assignment.substr(0, equals);
  if (equals == std::string::npos || path.empty() || path.front() == '.' || path.back() == '.' ||
      path.find("..") != std::string::npos)
    throw Error(Blame::usage, fmt::format("--set {}: not of the form KEY=VALUE", assignment),
                "for example: --set page_server.plugin=lazy-4k");
  set_with_plugin_rule(root, path, assignment.substr(equals + 1),
                       {Origin::Kind::flag, "--set " + path});
}

void apply_environment(RawNode& root,
                       const std::function<std::optional<std::string>(const char*)>& environment) {
  constexpr const char* kEager = "DHG_VM_EAGER_UFFD";
  constexpr const char* kFile = "DHG_VM_NO_UFFD";
  const auto is_set = [&](const char* name) {
    const auto value = environment(name).value_or("");
    if (!value.empty() && value != "0" && value != "1")
      throw Error(Blame::usage, fmt::format("{}={}: it is 1 or 0", name, value));
    return value == "1";
  };
  const bool eager = is_set(kEager);
  const bool file = is_set(kFile);
  if (eager && file)
    throw Error(Blame::usage,
                fmt::format("{} and {} are both set: they contradict each other", kEager, kFile));
  if (eager)
    set_with_plugin_rule(root, "page_server.plugin", "eager", {Origin::Kind::environment, kEager});
  if (file)
    set_with_plugin_rule(root, "page_server.plugin", "file", {Origin::Kind::environment, kFile});
}

std::filesystem::path locate(const std::string& name, const std::filesystem::path& installed) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  if (fs::exists(name, ignored)) return name;
  if (name.find('/') == std::string::npos)
    for (const auto& candidate : {installed / name, installed / (name + ".yaml")})
      if (fs::is_regular_file(candidate, ignored)) return candidate;
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(installed, ignored))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  throw Error(
      Blame::usage,
      fmt::format("there is no config '{}', neither here nor in {}", name, installed.string()),
      fmt::format("installed are: {}", fmt::join(names, ", ")));
}

} // namespace dhg::config
