#include "compare/exec_answer.hpp"

#include "dhg/error.hpp"
#include "text/last_line.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace dhg::compare {
namespace {

using nlohmann::json;

const json& member(const json& object, const char* name) {
  static const json none;
  const auto found = object.is_object() ? object.find(name) : object.end();
  return object.is_object() && found != object.end() ? *found : none;
}

std::string text(const json& value) { return value.is_string() ? value.get<std::string>() : ""; }

std::uint64_t count(const json& object, const char* name) {
  const auto& value = member(object, name);
  if (!value.is_number_unsigned())
    throw Error(Blame::environment, fmt::format("dhg exec did not report '{}'", name));
  return value.get<std::uint64_t>();
}

std::uint64_t peak(const json& resources, const char* process) {
  const auto& use = member(resources, process);
  return use.is_null() ? 0 : count(use, "peak_bytes");
}

Costs read_costs(const json& answer, double wall_ms) {
  Costs costs;
  costs.phases = divide(member(answer, "phases"), wall_ms);
  const auto& memory = member(answer, "memory");
  costs.faults = count(memory, "faults");
  costs.copied_bytes = count(memory, "copied_bytes");
  costs.zeroed_bytes = count(memory, "zeroed_bytes");
  const auto& resources = member(answer, "resources");
  if (!resources.is_object())
    throw Error(Blame::environment, "dhg exec did not report 'resources'");
  costs.dhg_peak_bytes = peak(resources, "dhg");
  costs.vmm_peak_bytes = peak(resources, "vmm");
  return costs;
}

std::string describe(const json& answer) {
  const auto& error = member(answer, "error");
  const auto type = text(member(error, "type"));
  const auto message = text(member(error, "message"));
  return fmt::format("{}{}{}{}", text(member(answer, "outcome")), type.empty() ? "" : ": " + type,
                     message.empty() ? "" : ": ", message);
}

} // namespace

void take_exec_answer(const std::string& out, const std::string& err, Run& run) {
  const auto answer = json::parse(out, nullptr, false);
  const auto& code = member(answer, "exit_code");
  if (!code.is_number_integer()) {
    if (run.failure.empty()) run.failure = "dhg exec printed no JSON object";
    if (const auto words = text::last_line(err); !words.empty()) run.failure += ": " + words;
    return;
  }
  const auto& tables = member(answer, "tables");
  run.output = {code.get<int>(), text(member(answer, "stdout")), text(member(answer, "stderr")),
                tables.is_array() && !tables.empty() ? tables.dump(1) : ""};
  const auto& value = member(answer, "shown_value");
  if (value.is_string()) run.output.out += value.get<std::string>() + "\n";
  if (run.output.exit_code != 0 && run.failure.empty()) {
    run.failure = fmt::format("exit code {}: {}", run.output.exit_code, describe(answer));
  }
  if (!run.failure.empty()) return;
  try {
    run.costs = read_costs(answer, run.wall_ms);
  } catch (const Error& error) {
    run.failure = error.what();
  }
}

} // namespace dhg::compare
