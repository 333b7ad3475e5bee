#include "compare/explain/evidence.hpp"

#include "dhg/error.hpp"
#include "text/utf8.hpp"

#include <fmt/format.h>
#include <cmath>
#include <nlohmann/json.hpp>

namespace dhg::compare::explain {
namespace {

using nlohmann::json;

constexpr std::size_t kMostPhases = 1000;
constexpr double kLongestMs = 1000.0 * 60 * 60 * 24 * 366;

class Reader {
 public:
  explicit Reader(const std::string& name) : name_(name) {}

  [[noreturn]] void refuse(const std::string& why) const {
    throw Error(Blame::usage, fmt::format("'{}': {}", name_, why),
                "expected the output of 'dhg exec --trace FILE' or 'dhg exec --json'");
  }

  [[nodiscard]] const json& member(const json& object, const char* key) const {
    if (!object.is_object()) refuse(fmt::format("'{}' is not inside an object", key));
    const auto found = object.find(key);
    if (found == object.end()) refuse(fmt::format("it has no '{}'", key));
    return *found;
  }

  // A time or a length of time, in any unit.
  [[nodiscard]] double time(const json& object, const char* key, double unit_ms) const {
    const auto& value = member(object, key);
    const auto ms = value.is_number() ? value.get<double>() * unit_ms : NAN;
    if (!std::isfinite(ms) || std::abs(ms) > kLongestMs)
      refuse(fmt::format("'{}' is not a time", key));
    return ms;
  }

  [[nodiscard]] double length(const json& object, const char* key, double unit_ms) const {
    const auto ms = time(object, key, unit_ms);
    if (ms < 0) refuse(fmt::format("'{}' is negative", key));
    return ms;
  }

  [[nodiscard]] std::uint64_t count(const json& object, const char* key) const {
    const auto& value = member(object, key);
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() > std::uint64_t{1} << 53U)
      refuse(fmt::format("'{}' is not a count", key));
    return value.get<std::uint64_t>();
  }

  // Printed later: on one line, without what a terminal obeys.
  [[nodiscard]] std::string word(const json& object, const char* key) const {
    const auto& value = member(object, key);
    if (value.is_null()) return {};
    if (!value.is_string()) refuse(fmt::format("'{}' is not text", key));
    return text::printable(value.get<std::string>());
  }

 private:
  const std::string& name_;
};

json parse(const std::string& text, const Reader& read) {
  constexpr int kDeepest = 16;
  bool too_deep = false;
  auto parsed = json::parse(
      text,
      [&](int depth, json::parse_event_t, json&) {
        too_deep = too_deep || depth > kDeepest;
        return !too_deep;
      },
      false);
  if (too_deep) read.refuse("it is nested too deeply");
  if (!parsed.is_object()) read.refuse("it is not a JSON object");
  return parsed;
}

double length_of(const json& phases, const char* name, const Reader& read) {
  for (const auto& phase : phases)
    if (read.member(phase, "name") == name) return read.length(phase, "duration_ms", 1);
  return 0;
}

std::uint64_t major_faults(const json& resources, const char* process, const Reader& read) {
  const auto& use = read.member(resources, process);
  return use.is_null() ? 0 : read.count(use, "major_faults");
}

void take_phases(const json& facts, const Reader& read, Evidence& evidence) {
  const auto& phases = read.member(facts, "phases");
  if (!phases.is_array() || phases.size() > kMostPhases)
    read.refuse("'phases' is not a short list");
  for (const auto& phase : phases) {
    (void)read.word(phase, "name");
    (void)read.time(phase, "start_ms", 1);
    (void)read.length(phase, "duration_ms", 1);
  }
  evidence.phases = compare::divide(phases, evidence.elapsed_ms);
  evidence.guest_run_ms = length_of(phases, "guest run_script", read);
  evidence.attach_ms = length_of(phases, "attach", read);
  evidence.running_ms = length_of(phases, "resume", read) + length_of(phases, "run", read);
}

void take_facts(const json& facts, const Reader& read, Evidence& evidence) {
  evidence.elapsed_ms = read.length(facts, "elapsed_seconds", 1000);
  take_phases(facts, read, evidence);
  const auto& plugins = read.member(facts, "plugins");
  evidence.page_server = read.word(plugins, "page_server");
  evidence.result_channel = read.word(plugins, "result_channel");
  evidence.accelerator = read.word(facts, "accelerator");
  const auto& memory = read.member(facts, "memory");
  evidence.faults = read.count(memory, "faults");
  evidence.copied_bytes = read.count(memory, "copied_bytes");
  evidence.zeroed_bytes = read.count(memory, "zeroed_bytes");
  const auto& resources = read.member(facts, "resources");
  evidence.major_faults =
      major_faults(resources, "dhg", read) + major_faults(resources, "vmm", read);
  const auto& substitutions = read.member(facts, "substitutions");
  if (!substitutions.is_array() || substitutions.size() > kMostPhases)
    read.refuse("'substitutions' is not a short list");
  for (const auto& text : substitutions) {
    if (!text.is_string()) read.refuse("'substitutions' has an entry that is not text");
    evidence.substitutions.push_back(text::printable(text.get<std::string>()));
  }
}

void take_events(const json& trace, const Reader& read, Evidence& evidence) {
  constexpr double kMicrosecond = 0.001;
  const auto& events = read.member(trace, "traceEvents");
  if (!events.is_array()) read.refuse("'traceEvents' is not a list");
  for (const auto& event : events) {
    if (read.word(event, "ph") != "X") continue;
    const auto category = read.word(event, "cat");
    if (category != "fault" && category != "background") continue;
    Served served;
    served.background = category == "background";
    served.begin_ms = read.time(event, "ts", kMicrosecond);
    served.length_ms = read.length(event, "dur", kMicrosecond);
    const auto& args = read.member(event, "args");
    served.copied_bytes = read.count(args, "copied_bytes");
    served.zeroed_bytes = read.count(args, "zeroed_bytes");
    if (!served.background) served.offset = read.count(args, "offset");
    evidence.served.push_back(served);
  }
}

} // namespace

Evidence read_evidence(const std::string& text, const std::string& name) {
  const Reader read(name);
  const auto document = parse(text, read);
  Evidence evidence;
  evidence.traced = document.contains("traceEvents");
  try {
    if (evidence.traced) {
      const auto& other = read.member(document, "otherData");
      take_facts(read.member(other, "run"), read, evidence);
      evidence.dropped = read.count(other, "events_dropped");
      take_events(document, read, evidence);
    } else {
      take_facts(document, read, evidence);
    }
  } catch (const json::exception&) {
    read.refuse("a value in it has the wrong type");
  }
  return evidence;
}

} // namespace dhg::compare::explain
