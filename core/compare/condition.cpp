#include "compare/condition.hpp"

#include "dhg/error.hpp"
#include "text/near_names.hpp"
#include "text/utf8.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <charconv>
#include <cmath>

namespace dhg::compare {

struct Condition::Node {
  std::string operation; ///< "+", "<=", "number", "name", "negate" ...
  double number = 0;
  std::string name;
  std::unique_ptr<Node> left;
  std::unique_ptr<Node> right;
};

namespace {

using Node = Condition::Node;
using NodePtr = std::unique_ptr<Node>;

constexpr int kDeepest = 50; // brackets and signs; each is a call deeper
constexpr std::size_t kLongest = 1000;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool in_name(char c) {
  return is_letter(c) || is_digit(c) || c == '.' || c == ':' || c == '-' || c == '=';
}

NodePtr leaf(std::string operation, double number, std::string name) {
  auto node = std::make_unique<Node>();
  node->operation = std::move(operation);
  node->number = number;
  node->name = std::move(name);
  return node;
}

NodePtr join(std::string operation, NodePtr left, NodePtr right) {
  auto node = leaf(std::move(operation), 0, "");
  node->left = std::move(left);
  node->right = std::move(right);
  return node;
}

class Parser {
 public:
  Parser(std::string_view text, const std::vector<std::string>& names)
      : text_(text), names_(names) {}

  NodePtr condition() {
    if (text_.size() > kLongest) fail(kLongest, "it is too long");
    auto left = sum();
    for (const auto* comparison : {"<=", ">=", "<", ">"}) {
      if (!take(comparison)) continue;
      auto right = sum();
      skip_space();
      if (at_ < text_.size()) fail(at_, "the condition should end here");
      return join(comparison, std::move(left), std::move(right));
    }
    fail(at_, "expected <, <=, > or >=");
  }

 private:
  NodePtr sum() {
    auto left = product();
    for (;;) {
      if (take("+"))
        left = join("+", std::move(left), product());
      else if (take("-"))
        left = join("-", std::move(left), product());
      else
        return left;
    }
  }

  NodePtr product() {
    auto left = factor();
    for (;;) {
      if (take("*"))
        left = join("*", std::move(left), factor());
      else if (take("/"))
        left = join("/", std::move(left), factor());
      else
        return left;
    }
  }

  NodePtr factor() {
    skip_space();
    if (++depth_ > kDeepest) fail(at_, "it is nested too deeply");
    auto node = simple_factor();
    --depth_;
    return node;
  }

  NodePtr simple_factor() {
    if (take("-")) return join("negate", factor(), nullptr);
    if (take("(")) {
      auto inner = sum();
      if (!take(")")) fail(at_, "expected )");
      return inner;
    }
    if (at_ < text_.size() && (is_digit(text_[at_]) || text_[at_] == '.')) return number();
    if (at_ < text_.size() && text_[at_] == '\'') return quoted_name();
    if (at_ < text_.size() && is_letter(text_[at_])) return bare_name();
    fail(at_, "expected a variant's name or a number");
  }

  NodePtr number() {
    double value = 0;
    const auto begin = at_;
    const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(),
                                              value, std::chars_format::fixed);
    if (error != std::errc() || !std::isfinite(value)) fail(begin, "this is not a number");
    at_ = static_cast<std::size_t>(end - text_.data());
    const std::string word(text_.substr(begin, at_ - begin));
    const bool unit = text_.substr(at_).starts_with("ms") || text_.substr(at_).starts_with("s");
    if (!unit && std::find(names_.begin(), names_.end(), word) != names_.end())
      fail(begin,
           fmt::format("{0} is a number and a variant's name: write '{0}', in quotes, for the "
                       "variant, or {0}ms for the time",
                       word));
    if (text_.substr(at_).starts_with("ms")) {
      at_ += 2;
    } else if (text_.substr(at_).starts_with("s")) {
      at_ += 1;
      value *= 1000;
    }
    if (at_ < text_.size() && in_name(text_[at_])) fail(at_, "expected ms, s or an operator");
    return leaf("number", value, "");
  }

  NodePtr bare_name() {
    const auto begin = at_;
    while (at_ < text_.size() && in_name(text_[at_])) ++at_;
    return name(begin, std::string(text_.substr(begin, at_ - begin)));
  }

  NodePtr quoted_name() {
    const auto begin = at_;
    const auto end = text_.find('\'', begin + 1);
    if (end == std::string_view::npos) fail(begin, "this quote is not closed");
    at_ = end + 1;
    return name(begin, std::string(text_.substr(begin + 1, end - begin - 1)));
  }

  NodePtr name(std::size_t begin, std::string name) {
    if (std::find(names_.begin(), names_.end(), name) != names_.end())
      return leaf("name", 0, std::move(name));
    const auto near = text::near_names(name, names_);
    std::vector<std::string> shown;
    for (const auto& known : near.empty() ? names_ : near) shown.push_back(written(known));
    fail(begin, fmt::format("there is no variant '{}'; {}: {}", text::printable(name),
                            near.empty() ? "there are" : "did you mean", fmt::join(shown, ", ")));
  }

  // As a condition has to write it.
  static std::string written(const std::string& name) {
    const bool bare =
        !name.empty() && is_letter(name.front()) && std::all_of(name.begin(), name.end(), in_name);
    return bare ? name : fmt::format("'{}'", name);
  }

  bool take(std::string_view token) {
    skip_space();
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }

  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }

  [[noreturn]] void fail(std::size_t at, const std::string& why) const {
    throw Error(Blame::usage,
                fmt::format("--fail-if, column {}: {}\n  {}\n  {:>{}}", at + 1, why,
                            text::printable(text_.substr(0, kLongest)), '^', at + 1),
                "for example: --fail-if \"b > a * 1.05\"");
  }

  std::string_view text_;
  const std::vector<std::string>& names_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

using Lookup = std::function<std::optional<double>(const std::string&)>;

std::optional<double> value_of(const Node& node, const Lookup& lookup) {
  if (node.operation == "number") return node.number;
  if (node.operation == "name") return lookup(node.name);
  const auto left = value_of(*node.left, lookup);
  if (node.operation == "negate") return left ? std::optional(-*left) : std::nullopt;
  const auto right = value_of(*node.right, lookup);
  if (!left || !right) return std::nullopt;
  if (node.operation == "+") return *left + *right;
  if (node.operation == "-") return *left - *right;
  if (node.operation == "*") return *left * *right;
  return *left / *right;
}

} // namespace

Condition::Condition(std::string text, const std::vector<std::string>& names)
    : text_(std::move(text)), root_(Parser(text_, names).condition()) {}
Condition::~Condition() = default;
Condition::Condition(Condition&&) noexcept = default;
Condition& Condition::operator=(Condition&&) noexcept = default;

Condition::Finding Condition::evaluate(const Lookup& median_ms) const {
  const auto left = value_of(*root_->left, median_ms);
  const auto right = value_of(*root_->right, median_ms);
  if (!left || !right || !std::isfinite(*left) || !std::isfinite(*right)) return {};
  Finding finding{std::nullopt, *left, *right};
  if (root_->operation == "<")
    finding.holds = *left < *right;
  else if (root_->operation == "<=")
    finding.holds = *left <= *right;
  else if (root_->operation == ">")
    finding.holds = *left > *right;
  else
    finding.holds = *left >= *right;
  return finding;
}

} // namespace dhg::compare
