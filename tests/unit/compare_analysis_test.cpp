#include "compare/analysis.hpp"

#include "compare/baseline.hpp"
#include "compare/document.hpp"
#include "compare/reports/reports.hpp"
#include "dhg/error.hpp"
#include "temporary_folder.hpp"

#include <catch2/catch_all.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

using namespace dhg;
using namespace dhg::compare;
using Catch::Matchers::ContainsSubstring;
namespace fs = std::filesystem;
using dhg::fakes::TemporaryFolder;

namespace {

// Two variants, b takes 1.2 times as long; round 0 is for warming up and far off.
Measurement measured() {
  Measurement m;
  m.variants = {{"a", {}, {}, {}, {{"image", "python"}}}, {"b", "true", {}, {}, {}}};
  m.warm_up_rounds = 1;
  m.rounds = 12;
  m.began = "2026-01-01T00:00:00Z";
  m.machine = {"cpu", 2, 1024, "6.1", "tcg", "0.1.0", {"QEMU 7.2"}};
  for (std::size_t round = 0; round <= m.rounds; ++round) {
    for (std::size_t variant = 0; variant < 2; ++variant) {
      Run run;
      run.variant = variant;
      run.round = round;
      run.warm_up = round == 0;
      run.wall_ms =
          round == 0 ? 9999 : (100 + static_cast<double>(round % 4)) * (variant == 1 ? 1.2 : 1.0);
      run.output.out = "hello\n";
      if (variant == 0) run.costs = Costs{};
      m.runs.push_back(run);
    }
  }
  return m;
}

} // namespace

TEST_CASE("analysis: summaries, pairs, and warm-up left out") {
  const auto m = measured();
  const auto analysis = analyse(m);
  REQUIRE(analysis.variants.size() == 2);
  CHECK(analysis.variants[0].wall_ms.count == 12);
  CHECK(analysis.variants[0].wall_ms.maximum == 103);
  REQUIRE(analysis.pairs.size() == 1);
  CHECK(analysis.pairs[0].comparison.pairs == 12);
  CHECK(analysis.pairs[0].comparison.ratio == Catch::Approx(1.2));
  CHECK(verdict(analysis.pairs[0].comparison) == stats::Verdict::slower);
  CHECK(analysis.variants[0].phase_medians_ms.size() == kPhaseNames.size());
  CHECK(analysis.variants[1].phase_medians_ms.empty());
  CHECK_FALSE(analysis.failed());
}

TEST_CASE("analysis: a failed run is counted, and its round is no pair") {
  auto m = measured();
  m.runs[2].failure = "exited with status 1";
  m.runs[0].failure = "exited with status 1"; // in the warm-up: shown as well
  const auto analysis = analyse(m);
  CHECK(analysis.variants[0].measured == 12);
  CHECK(analysis.variants[0].failed == 1);
  CHECK(analysis.variants[0].failed_warm_ups == 1);
  CHECK(analysis.variants[0].wall_ms.count == 11);
  CHECK(analysis.pairs[0].comparison.pairs == 11);
  REQUIRE(analysis.failures.size() == 1);
  CHECK(analysis.failures[0].first == "a: exited with status 1");
  CHECK(analysis.failures[0].second == 2);
  CHECK(analysis.failed());
}

TEST_CASE("analysis: nothing but failures is no comparison") {
  auto m = measured();
  for (auto& run : m.runs)
    if (run.variant == 1) run.failure = "x";
  const auto analysis = analyse(m);
  CHECK(verdict(analysis.pairs[0].comparison) == stats::Verdict::not_comparable);
  CHECK_NOTHROW(document(m, analysis));
  CHECK(analyse({}).pairs.empty());
}

TEST_CASE("analysis: outputs that differ are found and fail it") {
  auto m = measured();
  m.runs[5].output.out = "hullo\n";
  m.runs[7].output.out = "hallo\n";
  const auto analysis = analyse(m);
  REQUIRE(analysis.differences.size() == 1);
  CHECK(analysis.differences[0].variant == 1);
  CHECK(analysis.differences[0].runs == 2);
  CHECK(analysis.differences[0].what == "stdout, line 1: 'hullo' instead of 'hello'");
  CHECK(analysis.failed());
}

TEST_CASE("analysis: a condition that holds, or cannot be told, fails it") {
  auto analysis = analyse(measured());
  analysis.conditions = {{"x", {false, 1, 2}}};
  CHECK_FALSE(analysis.failed());
  analysis.conditions = {{"x", {true, 1, 2}}};
  CHECK(analysis.failed());
  analysis.conditions = {{"x", {std::nullopt, 0, 0}}};
  CHECK(analysis.failed());
}

TEST_CASE("baseline: what was saved is loaded and compared with") {
  const TemporaryFolder folder;
  const BaselineStore store(folder.path());
  const auto m = measured();
  store.save("before", document(m, analyse(m)).dump());
  const auto baseline = store.load("before");
  CHECK(baseline.times_ms.at("a").size() == 12);
  CHECK(baseline.began == m.began);
  CHECK(differs(baseline.machine, m.machine).empty());
  auto now = m;
  for (auto& run : now.runs) run.wall_ms *= run.variant == 0 ? 1.5 : 1;
  const auto results = compare_with(baseline, now);
  REQUIRE(results.size() == 2);
  CHECK(verdict(results[0].comparison) == stats::Verdict::slower);
  CHECK(results[0].comparison.ratio == Catch::Approx(1.5));
  CHECK(verdict(results[1].comparison) == stats::Verdict::no_difference_shown);
}

TEST_CASE("baseline: another machine is told by what differs, not by versions") {
  const auto here = measured().machine;
  auto there = here;
  there.dhg_version = "9";
  there.vmm_versions = {"other"};
  CHECK(differs(there, here).empty());
  there.cpu = "another";
  there.accelerator = "kvm";
  CHECK(differs(there, here) ==
        "processor: 'another' there, 'cpu' here; accelerator: 'kvm' "
        "there, 'tcg' here");
}

TEST_CASE("baseline: names that lead out of its folder are refused") {
  const BaselineStore store("/nowhere");
  for (const auto* name : {"", "..", "a/b", ".hidden", "a b"})
    CHECK_THROWS_AS(store.path(name), Error);
  CHECK_THROWS_WITH(store.load("none"), ContainsSubstring("there is no baseline 'none'"));
}

TEST_CASE("baseline: a file that is none is refused") {
  const auto m = measured();
  const auto good = document(m, analyse(m));
  CHECK_NOTHROW(parse_baseline("x", good.dump()));
  for (const auto* text : {"", "1", "[]", "{}", "{\"format\":2}"})
    CHECK_THROWS_AS(parse_baseline("x", text), Error);
  CHECK_THROWS_AS(parse_baseline("x", std::string(100'000, '[')), Error);
  for (const auto* member : {"began", "machine", "runs"}) {
    auto bad = good;
    bad[member] = 7;
    CHECK_THROWS_AS(parse_baseline("x", bad.dump()), Error);
  }
  auto bad = good;
  bad["runs"][0]["wall_ms"] = -1;
  CHECK_THROWS_AS(parse_baseline("x", bad.dump()), Error);
}

TEST_CASE("analysis: how many rounds a verdict needs") {
  auto m = measured();
  CHECK_FALSE(rounds_needed(analyse(m)));
  m.runs.resize(2 * (1 + 5)); // five rounds that count
  CHECK(rounds_needed(analyse(m)) == 6U);
  Analysis ten_pairs;
  ten_pairs.pairs.resize(10);
  CHECK_FALSE(rounds_needed(ten_pairs)); // nothing succeeded: that is said elsewhere
  ten_pairs.pairs[0].comparison.pairs = 8;
  CHECK(rounds_needed(ten_pairs) == 9U);
}

TEST_CASE("reports: long times do not run into the next column") {
  auto m = measured();
  for (auto& run : m.runs) run.wall_ms *= 135'102.25;
  const auto analysis = analyse(m);
  const auto table = table_report({m, analysis}, false);
  CHECK_THAT(table, ContainsSubstring("] 1.00") && !ContainsSubstring("]1."));
  CHECK_THAT(table, ContainsSubstring("1 round to"));
}

TEST_CASE("reports: the page says its verdict without a script") {
  auto m = measured();
  m.program = "a < b";
  m.notes.emplace_back("so & so");
  const auto analysis = analyse(m);
  const auto page = html_report({m, analysis}, document(m, analysis));
  const auto before_script = page.substr(0, page.find("<script"));
  CHECK_THAT(before_script, ContainsSubstring("<li class=\"slower\">b against a: slower by 1.20x"));
  CHECK_THAT(before_script,
             ContainsSubstring("a &lt; b") && ContainsSubstring("note: so &amp; so"));
}
