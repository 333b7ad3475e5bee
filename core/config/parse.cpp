#include "config/raw.hpp"
#include "config/yaml_mistake.hpp"
#include "dhg/error.hpp"
#include "os/read_file.hpp"
#include "text/utf8.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <sstream>
#include <system_error>

namespace dhg::config {
namespace {

constexpr std::size_t kMaxFile = 1024 * 1024;
constexpr std::size_t kMaxDepth = 16;
constexpr std::size_t kMaxMembers = 1000; // looking for duplicates is quadratic

[[noreturn]] void refuse(const std::string& name, const YAML::Mark& mark, const std::string& why,
                         const std::string& hint = {}) {
  throw Error(Blame::usage,
              fmt::format("{}:{}:{}: {}", name, std::max(mark.line, 0) + 1,
                          std::max(mark.column, 0) + 1, why),
              hint);
}

[[noreturn]] void refuse(const std::string& name, std::string_view text,
                         const YAML::Exception& error) {
  const auto at = [](int number) { return static_cast<std::size_t>(std::max(number, 0)); };
  const auto mistake =
      describe_mistake(text, at(error.mark.line), at(error.mark.column), error.msg);
  throw Error(Blame::usage,
              fmt::format("{}:{}:{}: {}", name, mistake.line + 1, mistake.column + 1, mistake.what),
              mistake.hint);
}

// Whether the quoted scalar that begins at `at` has its closing quote: at the end of
// a file, one cut short perhaps, yaml-cpp does without.
bool is_closed(std::string_view text, std::size_t at) {
  const char quote = text[at];
  for (++at; at < text.size(); ++at) {
    if (text[at] == quote) {
      if (quote == '"' || at + 1 >= text.size() || text[at + 1] != quote) return true;
      ++at;
    } else if (quote == '"' && text[at] == '\\') {
      ++at;
    }
  }
  return false;
}

// Builds the tree from the parser's events rather than from YAML::Node, which has
// forgotten duplicate keys, and expands aliases.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(const std::string& name, std::string_view text) : name_(name), text_(text) {}

  [[nodiscard]] RawNode take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (stack_.empty() || !stack_.back().key) return OnScalar(mark, "?", anchor, "");
    // The mark is where the parser looked for the value: often the next line.
    const auto place = stack_.back().key_origin;
    auto& node = add(mark);
    node.kind = RawNode::Kind::scalar;
    node.origin = place;
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    refuse(name_, mark, "aliases are not supported; write the value out");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check(mark, tag, anchor);
    // yaml-cpp gives this tag to quoted scalars and to blocks ("|", ">") alike.
    const bool quoted = tag == "!" && begins_with_quote(mark);
    if (quoted && !is_closed(text_, static_cast<std::size_t>(mark.pos)))
      refuse(name_, mark, "the closing quote is missing");
    if (value.find('\0') != std::string::npos) refuse(name_, mark, "the value contains a NUL");
    if (!stack_.empty() && stack_.back().node->kind == RawNode::Kind::map && !stack_.back().key) {
      set_key(mark, value);
      return;
    }
    auto& node = add(mark);
    node.kind = RawNode::Kind::scalar;
    node.text = value;
    // Unless told otherwise ("|-"), a block ends with a newline, which is part of no value.
    if (tag == "!" && !quoted) node.text.erase(node.text.find_last_not_of('\n') + 1);
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

  [[nodiscard]] bool begins_with_quote(const YAML::Mark& mark) const {
    const auto at = static_cast<std::size_t>(mark.pos);
    return at < text_.size() && (text_[at] == '\'' || text_[at] == '"');
  }

  void check(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) const {
    if (anchor != 0) refuse(name_, mark, "anchors are not supported");
    if (!tag.empty() && tag != "?" && tag != "!")
      refuse(name_, mark, fmt::format("the tag '{}' is not supported", text::printable(tag)));
    if (stack_.size() >= kMaxDepth) refuse(name_, mark, "nested too deeply");
  }

  void check_room(const YAML::Mark& mark) const {
    if (stack_.back().node->members.size() >= kMaxMembers)
      refuse(name_, mark, fmt::format("more than {} values in one place", kMaxMembers));
  }

  void set_key(const YAML::Mark& mark, const std::string& key) {
    auto& level = stack_.back();
    check_room(mark);
    for (const auto& member : level.node->members)
      if (member.key == key)
        refuse(name_, mark,
               fmt::format("duplicate key '{}'; the first is at {}", text::printable(key),
                           member.key_origin.text));
    level.key = key;
    level.key_origin = origin(mark);
  }

  RawNode& add(const YAML::Mark& mark) {
    if (stack_.empty()) {
      root_.origin = origin(mark);
      return root_;
    }
    auto& level = stack_.back();
    const bool in_map = level.node->kind == RawNode::Kind::map;
    if (in_map && !level.key) refuse(name_, mark, "a key is a plain word");
    check_room(mark);
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
  std::string_view text_;
  RawNode root_;
  std::vector<Level> stack_;
};

// Refuses whatever comes after the first document.
class SecondDocument final : public YAML::EventHandler {
 public:
  explicit SecondDocument(const std::string& name) : name_(name) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    refuse(name_, mark, "a second YAML document begins", "leave out '---' and '...'");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& /*mark*/, YAML::anchor_t /*anchor*/) override {}
  void OnAlias(const YAML::Mark& /*mark*/, YAML::anchor_t /*anchor*/) override {}
  void OnScalar(const YAML::Mark& /*mark*/, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                const std::string& /*value*/) override {}
  void OnSequenceStart(const YAML::Mark& /*mark*/, const std::string& /*tag*/,
                       YAML::anchor_t /*anchor*/, YAML::EmitterStyle::value /*style*/) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& /*mark*/, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                  YAML::EmitterStyle::value /*style*/) override {}
  void OnMapEnd() override {}

 private:
  const std::string& name_;
};

// yaml-cpp would replace what is not UTF-8, take U+0004 for the file's end, and read
// UTF-16 where a byte order mark says so.
void check_bytes(const std::string& text, const std::string& name) {
  const auto bad = text::find_bad_byte(text);
  if (!bad) return;
  const auto before = std::string_view(text).substr(0, bad->offset);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const auto newline = before.rfind('\n');
  const auto column = newline == before.npos ? before.size() : before.size() - newline - 1;
  throw Error(Blame::usage, fmt::format("{}:{}:{}: {}", name, line, column + 1, bad->why),
              "a config is YAML in UTF-8");
}

[[noreturn]] void refuse_file(const std::string& what, const std::string& path, int error) {
  throw Error(Blame::usage, fmt::format("cannot {} '{}': {}", what, text::printable(path),
                                        std::generic_category().message(error)));
}

// At most one byte more than is allowed, whatever the file says that its size is: it
// may be a pipe.
std::string read_text(const std::string& path, const os::Ear* ear) {
  const auto fd = os::open_to_read(path);
  if (!fd) refuse_file("open", path, errno);
  auto text = os::read_to_end(fd.get(), kMaxFile, ear);
  if (!text) refuse_file("read", path, errno);
  return std::move(*text);
}

} // namespace

RawNode parse_text(const std::string& given_text, const std::string& given_name) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  const auto name = text::printable(given_name);
  const auto text =
      given_text.substr(given_text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0);
  if (text.size() > kMaxFile)
    throw Error(Blame::usage, fmt::format("{}: larger than {} KiB", name, kMaxFile / 1024),
                "is this the right file?");
  check_bytes(text, name);
  std::istringstream stream(text);
  TreeBuilder builder(name, text);
  bool empty = false;
  try {
    YAML::Parser parser(stream);
    empty = !parser.HandleNextDocument(builder);
    SecondDocument second(name);
    if (!empty) (void)parser.HandleNextDocument(second);
  } catch (const YAML::Exception& e) {
    refuse(name, text, e);
  }
  auto root = builder.take();
  if (empty || (root.kind == RawNode::Kind::scalar && root.text.empty()))
    throw Error(Blame::usage, fmt::format("{}:1:1: the config is empty", name),
                "a config is a map of keys and values, such as: image: python");
  if (root.kind != RawNode::Kind::map)
    throw Error(Blame::usage,
                fmt::format("{}: a config is a map of keys and values", root.origin.text),
                "for example: image: python");
  return root;
}

RawNode parse_file(const std::filesystem::path& path, const os::Ear* ear) {
  return parse_text(read_text(path.string(), ear), path.string());
}

} // namespace dhg::config
