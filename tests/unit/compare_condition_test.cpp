#include "compare/condition.hpp"

#include "dhg/error.hpp"

#include <catch2/catch_all.hpp>
#include <map>

using namespace dhg;
using Catch::Matchers::ContainsSubstring;
using compare::Condition;

namespace {

const std::vector<std::string> kNames{"a",         "b", "lazy-4k", "baseline.a", "fast:lazy-2m",
                                      "with space"};

Condition::Finding find(const std::string& text) {
  static const std::map<std::string, double> medians{{"a", 100},          {"b", 110},
                                                     {"lazy-4k", 150},    {"baseline.a", 95},
                                                     {"fast:lazy-2m", 7}, {"with space", 3}};
  return Condition(text, kNames).evaluate([](const std::string& name) {
    return std::optional(medians.at(name));
  });
}

std::string error_of(const std::string& text) {
  try {
    (void)Condition(text, kNames);
  } catch (const Error& error) {
    CHECK(error.blame() == Blame::usage);
    return error.what();
  }
  return "no error";
}

} // namespace

TEST_CASE("condition: what holds and what does not") {
  CHECK(find("b > a * 1.05").holds == true);
  CHECK(find("b > a * 1.2").holds == false);
  CHECK(find("b>a").holds == true);
  CHECK(find("a >= 100").holds == true);
  CHECK(find("a > 100").holds == false);
  CHECK(find("a <= 99").holds == false);
  CHECK(find("a < .5s").holds.has_value());
}

TEST_CASE("condition: multiplication binds tighter, brackets tighter still") {
  CHECK(find("a + b * 2 > 0").left == 320);
  CHECK(find("(a + b) * 2 > 0").left == 420);
  CHECK(find("a - b - 10 < 0").left == -20);
  CHECK(find("a / 10 / 2 < 0").left == 5);
  CHECK(find("-a + 1 < 0").left == -99);
  CHECK(find("0 < a - -1").right == 101);
}

TEST_CASE("condition: units and names") {
  CHECK(find("a > 0.15s").right == 150);
  CHECK(find("a > 150ms").right == 150);
  CHECK(find("lazy-4k - a > 0").left == 50);
  CHECK(find("baseline.a > 0").left == 95);
  CHECK(find("fast:lazy-2m > 0").left == 7);
  CHECK(find("'with space' > 0").left == 3);
}

TEST_CASE("condition: a time that is not known makes it unknown") {
  const Condition condition("b > a", kNames);
  CHECK_FALSE(condition.evaluate([](const std::string&) { return std::nullopt; }).holds);
  CHECK_FALSE(find("a / (a - 100) > 1").holds); // no number either
}

TEST_CASE("condition: errors tell the column") {
  CHECK_THAT(error_of(""), ContainsSubstring("column 1: expected a variant's name or a number"));
  CHECK_THAT(error_of("a"), ContainsSubstring("column 2: expected <, <=, > or >="));
  CHECK_THAT(error_of("a > "),
             ContainsSubstring("column 5: expected a variant's name or a number"));
  CHECK_THAT(error_of("a > b b"), ContainsSubstring("column 7: the condition should end here"));
  CHECK_THAT(error_of("a > b > a"), ContainsSubstring("column 7: the condition should end here"));
  CHECK_THAT(error_of("a = b"), ContainsSubstring("column 3: expected <, <=, > or >="));
  CHECK_THAT(error_of("(a > b"), ContainsSubstring("column 4: expected )"));
  CHECK_THAT(error_of("a > 1.5x"), ContainsSubstring("column 8: expected ms, s or an operator"));
  CHECK_THAT(error_of("a > 'b"), ContainsSubstring("column 5: this quote is not closed"));
  CHECK_THAT(error_of("a > lazy-4"), ContainsSubstring("column 5: there is no variant 'lazy-4'") &&
                                         ContainsSubstring("lazy-4k"));
  CHECK_THAT(error_of("a > $"), ContainsSubstring("column 5"));
}

TEST_CASE("condition: no input makes the parser go deep or long") {
  CHECK_THAT(error_of(std::string(500, '(') + "a"), ContainsSubstring("nested too deeply"));
  CHECK_THAT(error_of(std::string(500, '-') + "a > 1"), ContainsSubstring("nested too deeply"));
  CHECK_THAT(error_of("a > " + std::string(2000, '1')), ContainsSubstring("too long"));
  CHECK_THAT(error_of("a > " + std::string(900, '9')), ContainsSubstring("not a number"));
}

TEST_CASE("condition: variants that are called like numbers") {
  const std::vector<std::string> names{"64", "16", "ahead=64", "new/libx"};
  const auto left = [&](const std::string& text) {
    return Condition(text, names)
        .evaluate([](const std::string& name) { return std::optional<double>(name.size()); })
        .left;
  };
  CHECK(left("'64' > '16'") == 2);
  CHECK(left("64ms > '16'") == 64);
  CHECK(left("ahead=64>=1") == 8);
  CHECK(left("'new/libx' > 1") == 8);
  const auto refusal = [&](const std::string& text) {
    try {
      (void)Condition(text, names);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  CHECK_THAT(refusal("64 > 16"),
             ContainsSubstring("column 1: 64 is a number and a variant's name"));
  CHECK_THAT(refusal("new/libx > 1"), ContainsSubstring("'new/libx'"));
}
