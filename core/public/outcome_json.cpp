#include "dhg/error.hpp"
#include "dhg/result_channel.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>

namespace dhg {
namespace {

using nlohmann::json;

[[noreturn]] void refuse(const std::string& why) {
  throw Error(Blame::environment, "the guest's result is not valid: " + why);
}

const json& member(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) refuse(fmt::format("member '{}' is missing", name));
  return *found;
}

const json& list(const json& object, const char* name) {
  const auto& value = member(object, name);
  if (!value.is_array()) refuse(fmt::format("member '{}' is not a list", name));
  return value;
}

std::string text(const json& object, const char* name) {
  const auto& value = member(object, name);
  if (!value.is_string()) refuse(fmt::format("member '{}' is not a string", name));
  return value.get<std::string>();
}

std::optional<std::string> optional_text(const json& object, const char* name) {
  if (member(object, name).is_null()) return std::nullopt;
  return text(object, name);
}

Outcome parse_outcome(std::string name) {
  if (name == "ok") return Outcome::ok;
  if (name == "exception") return Outcome::exception;
  if (name == "exit") return Outcome::exit;
  name.resize(std::min<std::size_t>(name.size(), 40));
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  refuse(fmt::format("unknown outcome '{}'", name));
}

std::optional<std::int64_t> parse_row_count(const json& table) {
  const auto& value = member(table, "row_count");
  if (value.is_null()) return std::nullopt;
  if (!value.is_number_integer() || value < 0 || value > INT64_MAX)
    refuse("member 'row_count' is not a number of rows");
  return value.get<std::int64_t>();
}

TableInfo parse_table(const json& table) {
  if (!table.is_object()) refuse("a table is not an object");
  TableInfo info;
  info.name = text(table, "name");
  info.row_count = parse_row_count(table);
  if (const auto& refreshing = member(table, "is_refreshing"); !refreshing.is_null()) {
    if (!refreshing.is_boolean()) refuse("member 'is_refreshing' is not a boolean");
    info.is_refreshing = refreshing.get<bool>();
  }
  for (const auto& column : list(table, "columns")) {
    if (!column.is_object()) refuse("a column is not an object");
    info.columns.push_back({text(column, "name"), text(column, "type")});
  }
  info.preview = optional_text(table, "preview");
  info.not_shown_why = optional_text(table, "not_shown_why");
  if (!info.preview && !info.not_shown_why)
    refuse("a table is not shown, and 'not_shown_why' does not say why");
  return info;
}

// The parser recurses once a level, so a hostile document must not choose how deep.
bool too_deep(int depth, json::parse_event_t /*event*/, json& /*parsed*/) {
  if (depth > 64) refuse("nested too deeply");
  return true;
}

json parse(std::span<const std::byte> bytes) {
  const auto* begin = reinterpret_cast<const char*>(bytes.data());
  try {
    return json::parse(begin, begin + bytes.size(), too_deep);
  } catch (const json::exception& e) {
    // It repeats the token at which it stopped, which may be all there is.
    refuse(std::string(e.what()).substr(0, 120));
  }
}

} // namespace

CodeResult parse_outcome_json(std::span<const std::byte> bytes) {
  const auto root = parse(bytes);
  if (!root.is_object()) refuse("not a JSON object");

  CodeResult result;
  result.outcome = parse_outcome(text(root, "outcome"));
  const auto& code = member(root, "exit_code");
  if (!code.is_number_integer() || code < 0 || code > 255)
    refuse("member 'exit_code' is not an integer from 0 to 255");
  result.exit_code = code.get<int>();
  result.result_repr = optional_text(root, "result_repr");
  if (const auto single = root.find("is_expression"); single != root.end()) {
    if (!single->is_boolean()) refuse("member 'is_expression' is not a boolean");
    result.is_expression = single->get<bool>();
  }
  if (const auto& error = member(root, "error"); !error.is_null()) {
    if (!error.is_object()) refuse("member 'error' is not an object");
    result.error = CodeError{text(error, "type"), text(error, "message"), text(error, "traceback")};
  }
  if (result.error.has_value() != (result.outcome == Outcome::exception))
    refuse("'error' and 'outcome' contradict each other");
  for (const auto& table : list(root, "tables")) result.tables.push_back(parse_table(table));
  return result;
}

} // namespace dhg
