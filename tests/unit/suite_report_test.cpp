// What `dhg plugin test` reads from a suite: Catch2's XML, of both versions, in our words.

#include "suite_report.hpp"

#include <catch2/catch_all.hpp>

using namespace dhg::cli;

namespace {

using Lines = std::vector<std::string>;

std::string version_2(const std::string& cases) {
  return R"(<?xml version="1.0" encoding="UTF-8"?><Catch name="suite"><Group name="suite">)" +
         cases + R"(<OverallResults successes="1" failures="0" expectedFailures="0"/></Group>)" +
         R"(<OverallResults successes="1" failures="0" expectedFailures="0"/></Catch>)";
}

std::string version_3(const std::string& cases) {
  return R"(<?xml version="1.0" encoding="UTF-8"?><Catch2TestRun name="suite" rng-seed="1" )"
         R"(xml-format-version="3" catch2-version="3.7.1">)" +
         cases + R"(<OverallResults successes="1" failures="0" expectedFailures="0" skips="0"/>)" +
         R"(<OverallResultsCases successes="1" failures="0" expectedFailures="0" skips="0"/>)"
         R"(</Catch2TestRun>)";
}

std::string test_case(const std::string& name, const std::string& inside, bool success) {
  return "<TestCase name=\"" + name + "\">" + inside + "<OverallResult success=\"" +
         (success ? "true" : "false") + "\"/></TestCase>";
}

const char* const kFailed =
    "<Info>\n  lazy, one region\n</Info><Info>\n  </Info>"
    "<Failure filename=\"x\" line=\"1\">\nwanted  zeros\nfound   'a &lt; b'\n</Failure>"
    "<Warning>\n  why     out of ideas\n</Warning>";

} // namespace

TEST_CASE("A rule has passed if its report comes to a good end") {
  const auto good = test_case("R", "", true);
  for (const auto& xml : {version_2(good), version_3(good)}) {
    const auto report = read_suite_report(xml, "R");
    CHECK(report.is_complete);
    CHECK(report.passed);
    CHECK(report.why_none == "");
    CHECK(report.findings == Lines{});
  }
}

TEST_CASE("A rule has not passed if its report does not show that") {
  const auto good = test_case("R", "", true);
  const auto whole = version_2(good);
  for (const auto& xml :
       {std::string(), whole.substr(0, whole.size() / 2), whole.substr(0, whole.size() - 3),
        version_2(""), version_2(test_case("another", "", true)), version_2(good + good),
        version_2("<TestCase name=\"R\"></TestCase>")}) {
    INFO(xml);
    CHECK_FALSE(read_suite_report(xml, "R").is_complete);
    CHECK_FALSE(read_suite_report(xml, "R").passed);
  }
  CHECK_FALSE(read_suite_report(version_2(test_case("R", "", false)), "R").passed);
}

TEST_CASE("What the suite found is told in its own words, once, and why the run failed") {
  for (const auto& xml : {version_2(test_case("R", kFailed + std::string(kFailed), false)),
                          version_3(test_case("R", kFailed, false))}) {
    const auto report = read_suite_report(xml, "R");
    CHECK(report.is_complete);
    CHECK_FALSE(report.passed);
    CHECK(report.findings == Lines{"with    lazy, one region", "wanted  zeros", "found   'a < b'",
                                   "why     out of ideas"});
  }
}

TEST_CASE("A reason is not repeated that was found already") {
  const auto* failed =
      "<Failure>\nfound   the guest: out of ideas\n</Failure>"
      "<Warning>why     out of ideas</Warning>";
  CHECK(read_suite_report(version_2(test_case("R", failed, false)), "R").findings ==
        Lines{"found   the guest: out of ideas"});
}

TEST_CASE("Crashes and exceptions are told without the suite's own expressions") {
  const auto* failed =
      "<Expression success=\"false\" type=\"REQUIRE\"><Original>{Unknown}</Original>"
      "<Expanded>{?}</Expanded><Exception>no luck</Exception></Expression>"
      "<Expression success=\"false\"><Original>a == b</Original>"
      "<FatalErrorCondition>SIGSEGV</FatalErrorCondition></Expression>";
  CHECK(read_suite_report(version_2(test_case("R", failed, false)), "R").findings ==
        Lines{"found   an exception: no luck", "found   a crash: SIGSEGV"});
}

TEST_CASE("A rule that is none for a plugin says why") {
  const auto none = test_case("R", "<Warning>\n n/a     it does not learn\n</Warning>", true);
  const auto report = read_suite_report(version_3(none), "R");
  CHECK(report.passed);
  CHECK(report.why_none == "it does not learn");
  CHECK(report.findings == Lines{});
}
