// dhg explain: what it takes from a record, what it refuses, and what it concludes.

#include "compare/explain/explain.hpp"
#include "compare/explain/fault_facts.hpp"
#include "dhg/error.hpp"

#include <algorithm>
#include <catch2/catch_all.hpp>
#include <nlohmann/json.hpp>

using namespace dhg;
using namespace dhg::compare::explain;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;

namespace {

json span(const char* name, double start, double duration) {
  return {{"name", name}, {"start_ms", start}, {"duration_ms", duration}};
}

// Of 100 ms: 1 before the launch, 20 until the processor runs, 70 of running.
json facts() {
  return {{"elapsed_seconds", 0.1},
          {"phases", json::array({span("launch", 1, 1), span("handoff", 2, 10), span("load", 3, 15),
                                  span("attach", 12, 6), span("resume", 18, 10),
                                  span("run", 28, 60), span("guest run_script", 40, 35),
                                  span("read", 88, 2), span("teardown", 90, 4)})},
          {"plugins", {{"page_server", "lazy-4k"}, {"result_channel", "json-file"}}},
          {"accelerator", "tcg"},
          {"memory", {{"faults", 3}, {"copied_bytes", 8192}, {"zeroed_bytes", 4096}}},
          {"resources", {{"dhg", {{"major_faults", 1}}}, {"vmm", {{"major_faults", 2}}}}},
          {"substitutions", json::array({"file instead of x"})}};
}

json served(const char* category, double at_us, double for_us, std::uint64_t offset,
            std::uint64_t copied, std::uint64_t zeroed) {
  return {{"ph", "X"},
          {"cat", category},
          {"ts", at_us},
          {"dur", for_us},
          {"args", {{"offset", offset}, {"copied_bytes", copied}, {"zeroed_bytes", zeroed}}}};
}

json trace() {
  constexpr std::uint64_t kBlock = 2 << 20;
  return {{"traceEvents", json::array({{{"ph", "M"}, {"name", "process_name"}},
                                       served("fault", 20'000, 4'000, 0, 4096, 0),
                                       served("fault", 30'000, 6'000, 4096, 4096, 0),
                                       served("fault", 40'000, 2'000, 5 * kBlock, 0, 4096),
                                       served("background", 50'000, 1'000, 0, 1 << 20, 0)})},
          {"otherData", {{"run", facts()}, {"events_dropped", 7}}}};
}

// Of strangers: what is suggested follows from what they declare.
const std::vector<PageServerFacts> kServers{{"maps", false, false, true, 0},
                                            {"blocks", true, false, true, 2 << 20},
                                            {"least", true, false, true, 4096},
                                            {"learner", true, true, false, 0}};

Evidence of(const json& record) { return read_evidence(record.dump(), "run.json"); }

std::string explain_refusal(const std::string& text) {
  try {
    (void)read_evidence(text, "run.json");
  } catch (const Error& error) {
    CHECK(error.blame() == Blame::usage);
    return error.what();
  }
  return "accepted";
}

const Suggestion* find(const Explanation& explanation, std::string_view setting) {
  for (const auto& suggestion : explanation.suggestions)
    if (suggestion.setting == setting) return &suggestion;
  return nullptr;
}

} // namespace

TEST_CASE("explain: what is taken from --json") {
  const auto evidence = of(facts());
  CHECK(evidence.elapsed_ms == Catch::Approx(100));
  CHECK(evidence.guest_run_ms == Catch::Approx(35));
  CHECK(evidence.running_ms == Catch::Approx(70));
  CHECK(evidence.attach_ms == Catch::Approx(6));
  CHECK(evidence.page_server == "lazy-4k");
  CHECK(evidence.faults == 3);
  CHECK(evidence.major_faults == 3);
  CHECK(evidence.substitutions == std::vector<std::string>{"file instead of x"});
  CHECK_FALSE(evidence.traced);
}

TEST_CASE("explain: what is taken from a trace") {
  const auto evidence = of(trace());
  CHECK(evidence.traced);
  CHECK(evidence.dropped == 7);
  REQUIRE(evidence.served.size() == 4);
  CHECK(evidence.served[1].begin_ms == Catch::Approx(30));
  CHECK(evidence.served[1].length_ms == Catch::Approx(6));
  CHECK(evidence.served[3].background);
  const auto found = fault_facts(evidence);
  CHECK(found.faults == 3);
  CHECK(found.service_ms == Catch::Approx(12));
  CHECK(found.median_us == Catch::Approx(4000));
  CHECK(blocks_of(evidence, 2 << 20) == 2);
  CHECK(blocks_of(evidence, 4096) == 3);
  CHECK(found.bytes_a_ms == Catch::Approx(1024));
  CHECK(found.background_ms == Catch::Approx(1));
  CHECK(found.background_mib == Catch::Approx(1));
}

TEST_CASE("explain: a record that is none is refused, with the reason") {
  CHECK_THAT(explain_refusal("nonsense"), ContainsSubstring("'run.json': it is not a JSON object"));
  CHECK_THAT(explain_refusal("[]"), ContainsSubstring("not a JSON object"));
  CHECK_THAT(explain_refusal("{}"), ContainsSubstring("it has no 'elapsed_seconds'"));
  CHECK_THAT(explain_refusal(std::string(100, '[')), ContainsSubstring("nested too deeply"));
  const auto changed = [](const char* pointer, const json& value) {
    auto record = facts();
    record[json::json_pointer(pointer)] = value;
    return explain_refusal(record.dump());
  };
  CHECK_THAT(changed("/elapsed_seconds", -1), ContainsSubstring("'elapsed_seconds' is negative"));
  CHECK_THAT(changed("/elapsed_seconds", 1e300),
             ContainsSubstring("'elapsed_seconds' is not a time"));
  CHECK_THAT(changed("/elapsed_seconds", "long"),
             ContainsSubstring("'elapsed_seconds' is not a time"));
  CHECK_THAT(changed("/memory/faults", -3), ContainsSubstring("'faults' is not a count"));
  CHECK_THAT(changed("/memory/faults", 1.5), ContainsSubstring("'faults' is not a count"));
  CHECK_THAT(changed("/phases", json::object()), ContainsSubstring("'phases' is not a short list"));
  CHECK_THAT(changed("/phases/0/duration_ms", -1), ContainsSubstring("'duration_ms' is negative"));
  CHECK_THAT(changed("/plugins", 1), ContainsSubstring("'page_server' is not inside an object"));
  CHECK_THAT(changed("/plugins/page_server", 1), ContainsSubstring("'page_server' is not text"));
  CHECK_THAT(changed("/substitutions", json::array({1})),
             ContainsSubstring("an entry that is not text"));
  auto record = trace();
  record["traceEvents"][1]["args"].erase("offset");
  CHECK_THAT(explain_refusal(record.dump()), ContainsSubstring("it has no 'offset'"));
}

TEST_CASE("explain: nothing of a record reaches a terminal as an order to it") {
  auto record = facts();
  record["plugins"]["page_server"] = "a\x1b[2J\nb";
  CHECK_THAT(of(record).page_server, !ContainsSubstring("\x1b") && !ContainsSubstring("\n"));
}

TEST_CASE("explain: the steps do not overlap, and the longest comes first") {
  const auto steps = explain(of(facts()), kServers).steps;
  CHECK(std::is_sorted(steps.begin(), steps.end(),
                       [](const Step& a, const Step& b) { return a.ms > b.ms; }));
  CHECK(steps.front().name == "run: the program");
  CHECK(steps.front().ms == Catch::Approx(35));
  double sum = 0;
  double shares = 0;
  for (const auto& step : steps) {
    sum += step.ms;
    shares += step.share;
  }
  CHECK(sum == Catch::Approx(100));
  CHECK(shares == Catch::Approx(1));
}

TEST_CASE("explain: without a trace nothing is said about the time of faults") {
  const auto explanation = explain(of(facts()), kServers);
  CHECK(find(explanation, "page_server.plugin=maps") == nullptr);
  CHECK(std::any_of(explanation.memory.begin(), explanation.memory.end(), [](const auto& line) {
    return line.find("dhg exec --trace") != std::string::npos;
  }));
}

TEST_CASE("explain: each saving is what the record shows, and no more") {
  const auto explanation = explain(of(trace()), kServers);
  const auto* file = find(explanation, "page_server.plugin=maps");
  REQUIRE(file != nullptr);
  CHECK(file->saves_ms.value() == Catch::Approx(12)); // what serving took
  CHECK_THAT(file->basis, ContainsSubstring("3 faults"));
  const auto* lazy = find(explanation, "page_server.plugin=least");
  REQUIRE(lazy != nullptr);
  CHECK(lazy->saves_ms.value() == Catch::Approx(6)); // what attaching took
  // Two blocks at 1 KiB a millisecond would take seconds.
  CHECK(find(explanation, "page_server.plugin=blocks") == nullptr);
  const auto* kvm = find(explanation, "launcher.options.accel=kvm");
  REQUIRE(kvm != nullptr);
  CHECK_FALSE(kvm->saves_ms);
  CHECK(explanation.suggestions.front().setting == file->setting);
}

TEST_CASE("explain: what would save less than a run's spread is not suggested") {
  auto record = trace();
  for (auto& event : record["traceEvents"])
    if (event.contains("dur")) event["dur"] = 500; // 1.5 ms of 100
  record["otherData"]["run"]["phases"][3]["duration_ms"] = 2;
  const auto explanation = explain(of(record), kServers);
  CHECK(find(explanation, "page_server.plugin=maps") == nullptr);
  CHECK(find(explanation, "page_server.plugin=least") == nullptr);
}

TEST_CASE("explain: a run in which nothing took any time") {
  auto record = facts();
  record["elapsed_seconds"] = 0;
  record["phases"] = json::array();
  record["memory"] = {{"faults", 0}, {"copied_bytes", 0}, {"zeroed_bytes", 0}};
  const auto explanation = explain(of(record), kServers);
  CHECK_THAT(explanation.memory.at(0), ContainsSubstring("had none to serve"));
  for (const auto& step : explanation.steps) CHECK(step.share == 0);
}

TEST_CASE("explain: what is suggested is what others declare") {
  auto record = trace();
  for (auto& event : record["traceEvents"])
    if (event.contains("dur")) event["args"]["copied_bytes"] = 4 << 20; // fast enough for blocks
  const auto explanation = explain(of(record), kServers);
  CHECK(find(explanation, "page_server.plugin=blocks") != nullptr);
  CHECK(explain(of(record), {}).suggestions.size() + 3 == explanation.suggestions.size());
  // Never what the run had already.
  record["otherData"]["run"]["plugins"]["page_server"] = "blocks";
  CHECK(find(explain(of(record), kServers), "page_server.plugin=blocks") == nullptr);
}

TEST_CASE("explain: many faults suggest a page server that learns, to one that does not") {
  auto record = facts();
  CHECK(find(explain(of(record), kServers), "page_server.plugin=learner") == nullptr);
  record["memory"]["faults"] = 1000;
  CHECK(find(explain(of(record), kServers), "page_server.plugin=learner") != nullptr);
  record["plugins"]["page_server"] = "learner";
  CHECK(find(explain(of(record), kServers), "page_server.plugin=learner") == nullptr);
}

TEST_CASE("explain: the runs of a comparison, without warm-up and commands") {
  json phases;
  for (const auto name : compare::kPhaseNames) phases[std::string(name)] = 10.0;
  const json metrics{
      {"faults", 5.0}, {"copied_mib", 2.0}, {"zeroed_mib", nullptr}, {"major_faults", 1.0}};
  const auto run = [&](const char* variant, int round, bool warm_up) {
    return json{{"variant", variant}, {"round", round},   {"warm_up", warm_up},
                {"failure", nullptr}, {"wall_ms", 100.0}, {"phases_ms", phases},
                {"metrics", metrics}};
  };
  auto failed = run("a", 2, false);
  failed["failure"] = "exit code 1";
  failed["phases_ms"] = nullptr;
  json document{
      {"variants",
       json::array({{{"name", "a"},
                     {"external", nullptr},
                     {"values", {{"page_server.plugin", "p"}, {"result_channel.plugin", "c"}}}},
                    {{"name", "x"}, {"external", "true"}, {"values", json::object()}}})},
      {"machine", {{"accelerator", "tcg"}}},
      {"runs", json::array({run("a", 0, true), run("a", 1, false), run("x", 1, false), failed})}};
  const auto runs = read_compared_runs(document.dump(), "c.json");
  REQUIRE(runs);
  REQUIRE(runs->size() == 2);
  const auto& evidence = runs->front().evidence;
  CHECK(runs->front().round == 1);
  CHECK(evidence.elapsed_ms == Catch::Approx(100));
  CHECK(evidence.page_server == "p");
  CHECK(evidence.copied_bytes == 2 << 20);
  CHECK(evidence.running_ms == Catch::Approx(30));
  CHECK(explain(evidence, {}).steps.front().name == "start"); // no part of "run" is known
  CHECK(runs->back().failure == "exit code 1");
  CHECK_FALSE(read_compared_runs(facts().dump(), "run.json"));
  document["runs"][1]["phases_ms"]["run"] = -1;
  CHECK_THROWS_WITH(read_compared_runs(document.dump(), "c.json"),
                    ContainsSubstring("'c.json': 'run' is negative"));
}
