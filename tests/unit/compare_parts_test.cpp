// The parts of a comparison that need no run: phases, order, answers, outputs.

#include "compare/exec_answer.hpp"
#include "compare/output_difference.hpp"
#include "compare/phases.hpp"
#include "compare/schedule.hpp"
#include "dhg/error.hpp"

#include <algorithm>
#include <catch2/catch_all.hpp>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>

using namespace dhg;
using namespace dhg::compare;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;

namespace {

double of(const PhaseTimes& times, Phase phase) { return times[static_cast<std::size_t>(phase)]; }

json span(const char* name, double start, double duration) {
  return {{"name", name}, {"start_ms", start}, {"duration_ms", duration}};
}

json answer() {
  return {{"exit_code", 0},
          {"outcome", "ok"},
          {"stdout", "hello\n"},
          {"stderr", ""},
          {"phases", json::array({span("launch", 1, 2), span("run", 10, 5)})},
          {"memory", {{"faults", 7}, {"copied_bytes", 8192}, {"zeroed_bytes", 4096}}},
          {"resources", {{"dhg", {{"peak_bytes", 11}}}, {"vmm", nullptr}}}};
}

Run taken(const json& from) {
  Run run;
  run.wall_ms = 20;
  take_exec_answer(from.dump(), "", run);
  return run;
}

} // namespace

TEST_CASE("compare: phases do not overlap and add up to the whole") {
  const auto times =
      divide(json::array({span("config", 0.1, 0.4), span("check", 0.5, 0.5), span("launch", 1, 2),
                          span("preload", 1, 1), span("handoff", 2, 13), span("load", 3, 17),
                          span("attach", 15, 5), span("resume", 20, 10), span("connect", 30, 1),
                          span("run", 31, 50), span("guest run_script", 40, 20),
                          span("guest read_result", 60, 6), span("guest send", 66, 2),
                          span("read", 81, 2), span("teardown", 83, 4), span("vmm", 1, 86)}),
             90);
  CHECK(of(times, Phase::start) == Catch::Approx(1));
  CHECK(of(times, Phase::launch) == Catch::Approx(2));
  CHECK(of(times, Phase::handoff) == Catch::Approx(12)); // the launch's part of it is the launch's
  CHECK(of(times, Phase::load) == Catch::Approx(5));
  CHECK(of(times, Phase::resume) == Catch::Approx(10));
  CHECK(of(times, Phase::connect) == Catch::Approx(1));
  CHECK(of(times, Phase::run) == Catch::Approx(42));
  CHECK(of(times, Phase::read) == Catch::Approx(10));
  CHECK(of(times, Phase::teardown) == Catch::Approx(4));
  CHECK(of(times, Phase::rest) == Catch::Approx(3));
  CHECK(std::accumulate(times.begin(), times.end(), 0.0) == Catch::Approx(90));
}

TEST_CASE("compare: phases that are none are refused, missing ones count nothing") {
  CHECK(of(divide(json::array(), 5), Phase::rest) == 5);
  CHECK_THROWS_AS(divide(json(1), 5), Error);
  CHECK_THROWS_AS(divide(json::array({1}), 5), Error);
  CHECK_THROWS_AS(divide(json::array({{{"name", "run"}}}), 5), Error);
  CHECK_THROWS_AS(
      divide(json::array({{{"name", "run"}, {"start_ms", "0"}, {"duration_ms", 1}}}), 5), Error);
}

TEST_CASE("compare: each round has every variant once, in orders that differ") {
  const auto rounds = draw_rounds(4, 200, 1);
  REQUIRE(rounds.size() == 200);
  std::set<std::vector<std::size_t>> orders;
  std::vector<int> first(4);
  for (auto order : rounds) {
    orders.insert(order);
    ++first[order[0]];
    std::sort(order.begin(), order.end());
    CHECK(order == std::vector<std::size_t>{0, 1, 2, 3});
  }
  CHECK(orders.size() == 24);
  for (const auto count : first) CHECK(count > 25); // none is always early
  CHECK(draw_rounds(4, 200, 1) == rounds);
  CHECK(draw_rounds(4, 200, 2) != rounds);
}

TEST_CASE("compare: what dhg exec answers is taken over") {
  const auto run = taken(answer());
  CHECK(run.failure.empty());
  CHECK(run.output.out == "hello\n");
  REQUIRE(run.costs);
  CHECK(run.costs->faults == 7);
  CHECK(run.costs->copied_bytes == 8192);
  CHECK(run.costs->dhg_peak_bytes == 11);
  CHECK(run.costs->vmm_peak_bytes == 0);
  auto shown = answer();
  shown["shown_value"] = "42";
  CHECK(taken(shown).output.out == "hello\n42\n");
}

TEST_CASE("compare: a run that failed says why and has no costs") {
  auto bad = answer();
  bad["exit_code"] = 125;
  bad["outcome"] = "failed";
  bad["error"] = {{"message", "the virtual machine ended"}};
  const auto run = taken(bad);
  CHECK(run.failure == "exit code 125: failed: the virtual machine ended");
  CHECK_FALSE(run.costs);
}

TEST_CASE("compare: an answer that is none is a failed run") {
  for (const auto* text : {"", "x", "1", "[]", "{}", R"({"exit_code":"0"})"}) {
    Run run;
    take_exec_answer(text, "dhg: no such file\n", run);
    CHECK(run.failure == "dhg exec printed no JSON object: dhg: no such file");
  }
  for (const auto* member : {"phases", "memory", "resources"}) {
    auto without = answer();
    without.erase(member);
    CHECK_FALSE(taken(without).failure.empty());
  }
}

TEST_CASE("compare: in what outputs differ") {
  const Output base{0, "one\ntwo\nthree\n", "warning\n", ""};
  CHECK(describe_difference(base, base, true).empty());
  CHECK(describe_difference(base, {3, "", "", ""}, true) == "exit code 3 instead of 0");
  CHECK(describe_difference(base, {0, "one\ntwp\nthree\n", "warning\n", ""}, true) ==
        "stdout, line 2: 'twp' instead of 'two'");
  CHECK(describe_difference(base, {0, "one\n", "warning\n", ""}, true) ==
        "stdout, line 2: nothing more instead of 'two'");
  CHECK(describe_difference({0, "", "", ""}, {0, "x\n", "", ""}, true) ==
        "stdout, line 1: 'x' instead of nothing more");
  CHECK(describe_difference(base, {0, base.out, "", ""}, false).empty());
  CHECK_THAT(describe_difference(base, {0, base.out, "", ""}, true),
             ContainsSubstring("stderr, line 1"));
  CHECK_THAT(describe_difference(base, {0, base.out, base.err, "[]"}, true),
             ContainsSubstring("tables, line 1"));
  const auto hostile = describe_difference(base, {0, "one\n\033[2J\n", "", ""}, false);
  CHECK(hostile.find('\033') == std::string::npos);
}
