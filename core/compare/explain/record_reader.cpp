#include "compare/explain/record_reader.hpp"

#include "dhg/error.hpp"
#include "text/utf8.hpp"

#include <fmt/format.h>
#include <cmath>

namespace dhg::compare::explain {
namespace {

using nlohmann::json;

constexpr double kLongestMs = 1000.0 * 60 * 60 * 24 * 366;

} // namespace

json RecordReader::parse(const std::string& text) const {
  constexpr int kDeepest = 16;
  bool too_deep = false;
  auto parsed = json::parse(
      text,
      [&](int depth, json::parse_event_t, json&) {
        too_deep = too_deep || depth > kDeepest;
        return !too_deep;
      },
      false);
  if (too_deep) refuse("it is nested too deeply");
  if (!parsed.is_object()) refuse("it is not a JSON object");
  return parsed;
}

void RecordReader::refuse(const std::string& why) const {
  throw Error(Blame::usage, fmt::format("'{}': {}", name_, why),
              "expected the output of 'dhg exec --trace FILE', 'dhg exec --json' or 'dhg compare "
              "--json FILE'");
}

const json& RecordReader::member(const json& object, const char* key) const {
  if (!object.is_object()) refuse(fmt::format("'{}' is not inside an object", key));
  const auto found = object.find(key);
  if (found == object.end()) refuse(fmt::format("it has no '{}'", key));
  return *found;
}

const json& RecordReader::list(const json& object, const char* key, std::size_t most) const {
  const auto& value = member(object, key);
  if (!value.is_array() || value.size() > most)
    refuse(fmt::format("'{}' is not a list of at most {} values", key, most));
  return value;
}

double RecordReader::time(const json& object, const char* key, double unit_ms) const {
  const auto& value = member(object, key);
  const auto ms = value.is_number() ? value.get<double>() * unit_ms : NAN;
  if (!std::isfinite(ms) || std::abs(ms) > kLongestMs)
    refuse(fmt::format("'{}' is not a time", key));
  return ms;
}

double RecordReader::length(const json& object, const char* key, double unit_ms) const {
  const auto ms = time(object, key, unit_ms);
  if (ms < 0) refuse(fmt::format("'{}' is negative", key));
  return ms;
}

std::uint64_t RecordReader::count(const json& object, const char* key) const {
  const auto& value = member(object, key);
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > std::uint64_t{1} << 53U)
    refuse(fmt::format("'{}' is not a count", key));
  return value.get<std::uint64_t>();
}

std::string RecordReader::word(const json& object, const char* key) const {
  const auto& value = member(object, key);
  if (value.is_null()) return {};
  if (!value.is_string()) refuse(fmt::format("'{}' is not text", key));
  return text::printable(value.get<std::string>());
}

} // namespace dhg::compare::explain
