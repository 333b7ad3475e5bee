#include "compare/explain/evidence.hpp"

#include "compare/explain/record_reader.hpp"
#include "text/utf8.hpp"

#include <nlohmann/json.hpp>

namespace dhg::compare::explain {
namespace {

using nlohmann::json;

constexpr std::size_t kMostPhases = 1000;

double length_of(const json& phases, const char* name, const RecordReader& read) {
  for (const auto& phase : phases)
    if (read.member(phase, "name") == name) return read.length(phase, "duration_ms", 1);
  return 0;
}

std::uint64_t major_faults(const json& resources, const char* process, const RecordReader& read) {
  const auto& use = read.member(resources, process);
  return use.is_null() ? 0 : read.count(use, "major_faults");
}

void take_phases(const json& facts, const RecordReader& read, Evidence& evidence) {
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

void take_facts(const json& facts, const RecordReader& read, Evidence& evidence) {
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

void take_events(const json& trace, const RecordReader& read, Evidence& evidence) {
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
  const RecordReader read(name);
  const auto document = read.parse(text);
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
