#include "dhg/error.hpp"
#include "dhg/result_channel.hpp"

#include <fmt/format.h>
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

std::string text(const json& object, const char* name) {
  const auto& value = member(object, name);
  if (!value.is_string()) refuse(fmt::format("member '{}' is not a string", name));
  return value.get<std::string>();
}

Outcome parse_outcome(const std::string& name) {
  if (name == "ok") return Outcome::ok;
  if (name == "exception") return Outcome::exception;
  if (name == "exit") return Outcome::exit;
  refuse(fmt::format("unknown outcome '{}'", name.substr(0, 40)));
}

// The parser recurses once a level, so a hostile document must not choose how deep.
bool too_deep(int depth, json::parse_event_t /*event*/, json& /*parsed*/) {
  if (depth > 64) refuse("nested too deeply");
  return true;
}

} // namespace

CodeResult parse_outcome_json(std::span<const std::byte> bytes) {
  const auto* begin = reinterpret_cast<const char*>(bytes.data());
  json root;
  try {
    root = json::parse(begin, begin + bytes.size(), too_deep);
  } catch (const json::exception& e) {
    refuse(e.what());
  }
  if (!root.is_object()) refuse("not a JSON object");

  CodeResult result;
  result.outcome = parse_outcome(text(root, "outcome"));
  const auto& code = member(root, "exit_code");
  if (!code.is_number_integer() || code < 0 || code > 255)
    refuse("member 'exit_code' is not an integer from 0 to 255");
  result.exit_code = code.get<int>();
  if (!member(root, "result_repr").is_null()) result.result_repr = text(root, "result_repr");
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
  return result;
}

} // namespace dhg
