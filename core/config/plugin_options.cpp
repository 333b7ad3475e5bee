#include "config/schema.hpp"
#include "dhg/error.hpp"
#include "text/utf8.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <charconv>
#include <sstream>
#include <variant>

namespace dhg::config {
namespace {

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// As YAML 1.2's core schema has them.
std::optional<Options::Value> parse_boolean(const std::string& text) {
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  return std::nullopt;
}

std::vector<std::string> split_choices(const char* choices) {
  std::vector<std::string> result;
  std::istringstream stream(choices);
  for (std::string choice; std::getline(stream, choice, '|');) result.push_back(choice);
  return result;
}

template <class Value, class Parse>
bool in_range(Value value, const dhg_option& option, Parse parse) {
  const auto least = option.minimum != nullptr ? parse(option.minimum) : std::nullopt;
  const auto most = option.maximum != nullptr ? parse(option.maximum) : std::nullopt;
  return (!least || value >= *least) && (!most || value <= *most);
}

std::optional<Options::Value> parse_value(const dhg_option& option, const std::string& text) {
  switch (option.type) {
    case DHG_OPTION_BOOL:
      return parse_boolean(text);
    case DHG_OPTION_INT: {
      const auto value = parse_integer(text);
      if (!value || !in_range(*value, option, parse_integer)) return std::nullopt;
      return *value;
    }
    case DHG_OPTION_SIZE: {
      const auto value = parse_size(text);
      if (!value || !in_range(*value, option, parse_size)) return std::nullopt;
      return *value;
    }
    case DHG_OPTION_ENUM: {
      const auto choices = split_choices(option.choices);
      for (const auto& choice : choices)
        if (choice == text) return text;
      return std::nullopt;
    }
    default:
      return text;
  }
}

} // namespace

std::string allowed_values(const dhg_option& option) {
  const auto range = fmt::format("{}{}{}{}", option.minimum != nullptr ? " from " : "",
                                 option.minimum != nullptr ? option.minimum : "",
                                 option.maximum != nullptr ? " to " : "",
                                 option.maximum != nullptr ? option.maximum : "");
  switch (option.type) {
    case DHG_OPTION_BOOL:
      return "true or false";
    case DHG_OPTION_INT:
      return "an integer" + range;
    case DHG_OPTION_SIZE:
      return "a size" + range;
    case DHG_OPTION_ENUM:
      return fmt::format("one of {}", fmt::join(split_choices(option.choices), ", "));
    default:
      return "a text";
  }
}

std::vector<std::string> changed_options(const RawNode* options,
                                         std::span<const dhg_option> declared) {
  std::vector<std::string> changed;
  for (const auto& option : declared) {
    const auto* given = options != nullptr ? options->find(option.name) : nullptr;
    if (given == nullptr) continue;
    const auto value = parse_value(option, given->text);
    if (!value || value == parse_value(option, option.default_value)) continue;
    changed.push_back(
        fmt::format("{}={}", option.name,
                    std::visit([](const auto& v) { return fmt::format("{}", v); }, *value)));
  }
  return changed;
}

Options validate_options(const RawNode* given, std::span<const dhg_option> declared,
                         std::string_view plugin_name) {
  Options result;
  Problems problems;
  std::vector<std::string> names;
  for (const auto& option : declared) {
    names.emplace_back(option.name);
    auto value = parse_value(option, option.default_value);
    if (!value)
      throw Error(
          Blame::environment,
          fmt::format("plugin '{}' declares option '{}' with the default '{}', which is not {}",
                      plugin_name, option.name, option.default_value, allowed_values(option)));
    result.set(option.name, std::move(*value));
  }
  if (given == nullptr) return result;
  for (const auto& [name, origin, value] : given->members) {
    const auto option = std::find_if(declared.begin(), declared.end(),
                                     [&, &key = name](const auto& o) { return key == o.name; });
    if (option == declared.end()) {
      problems.add_unknown(
          origin, fmt::format("'{}' has no option '{}'", plugin_name, text::printable(name)), name,
          names);
      continue;
    }
    const bool scalar = value.kind == RawNode::Kind::scalar;
    auto parsed = scalar ? parse_value(*option, value.text) : std::nullopt;
    if (!parsed)
      problems.add_impossible(
          value, fmt::format("option '{}' of '{}'", name, plugin_name), allowed_values(*option),
          scalar && option->type == DHG_OPTION_SIZE ? suggest_size(value.text) : std::nullopt);
    else
      result.set(name, std::move(*parsed));
  }
  problems.raise();
  return result;
}

} // namespace dhg::config
