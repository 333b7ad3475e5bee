// What a program leaves arrives as it was.

#include "channels.hpp"
#include "guest.hpp"

#include <catch2/catch_all.hpp>

using namespace dhg;
using namespace dhg::conformance;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using nlohmann::json;

namespace {

// An expression whose value shows as `text`, a Python expression itself.
std::string shown_as(const std::string& text) {
  return "type('Shown', (), {'__repr__': lambda self: " + text + "})()";
}

} // namespace

TEST_CASE("result channels: a program that leaves nothing ends well") {
  for (const auto& [name, channel] : all_channels()) {
    INFO(name);
    for (const auto* code : {"", "x = 1", "None", "pass\n\n"}) {
      const auto result = run(*channel, code);
      CHECK(result.outcome == Outcome::ok);
      CHECK(result.exit_code == 0);
      CHECK_FALSE(result.result_repr);
      CHECK_FALSE(result.error);
      CHECK(result.tables.empty());
    }
  }
}

TEST_CASE("result channels: the value of a last expression arrives, and whether it was alone") {
  for (const auto& [name, channel] : all_channels()) {
    INFO(name);
    const auto alone = run(*channel, "2 ** 100");
    CHECK(alone.result_repr == "1267650600228229401496703205376");
    CHECK(alone.is_expression);
    const auto last = run(*channel, "x = 1\nx");
    CHECK(last.result_repr == "1");
    CHECK_FALSE(last.is_expression);
  }
}

TEST_CASE("result channels: numbers that are none and nested values arrive as Python shows them") {
  for (const auto& [name, channel] : all_channels()) {
    INFO(name);
    const auto result =
        run(*channel, "[float('nan'), {'a': (float('-inf'), [None, True])}, 1e400, -0.0]");
    CHECK(result.result_repr == "[nan, {'a': (-inf, [None, True])}, inf, -0.0]");
  }
}

TEST_CASE("result channels: text arrives whatever it is") {
  for (const auto& [name, channel] : all_channels()) {
    INFO(name);
    CHECK(run(*channel, "'\u00e4\u20ac\U0001f600'").result_repr == "'\u00e4\u20ac\U0001f600'");
    const auto controls = run(*channel, shown_as(R"(''.join(map(chr, range(256))))"));
    REQUIRE(controls.result_repr);
    CHECK(controls.result_repr->size() == 128 + 2 * 128);
    CHECK(controls.result_repr->starts_with(std::string("\0\1\2", 3)));
    CHECK(run(*channel, shown_as(R"('"\\\n</script>\u2028')")).result_repr ==
          "\"\\\n</script>\u2028");
  }
}

TEST_CASE("result channels: lone surrogates, which no UTF-8 has, are written out") {
  for (const auto& [name, channel] : all_channels()) {
    INFO(name);
    CHECK(run(*channel, shown_as(R"('a\ud800b\udc80')")).result_repr == "a\\ud800b\\udc80");
    const auto result = run(*channel, R"(raise ValueError('\udfff'))");
    REQUIRE(result.error);
    CHECK(result.error->message == "\\udfff");
  }
}

TEST_CASE("result channels: 50 MiB arrive whole") {
#ifdef __SANITIZE_THREAD__
  constexpr std::size_t kNumbers = 327'680; // 5 MiB: one thread, and 50 take minutes
#else
  constexpr std::size_t kNumbers = 3'276'800;
#endif
  for (const auto& [name, channel] : all_channels()) {
    INFO(name);
    const auto result = run(*channel, shown_as("''.join(map('%015d\u00e4'.__mod__, range(" +
                                               std::to_string(kNumbers) + ")))"));
    REQUIRE(result.result_repr);
    const auto& text = *result.result_repr;
    REQUIRE(text.size() == kNumbers * 17);
    bool equal = true;
    for (std::size_t i = 0; i < kNumbers && equal; i += 997)
      equal =
          std::stoul(text.substr(i * 17, 15)) == i && text.compare(i * 17 + 15, 2, "\u00e4") == 0;
    CHECK(equal);
    CHECK(text.ends_with(std::to_string(kNumbers - 1) + "\u00e4"));
  }
}

TEST_CASE("result channels: an exception arrives with type, message and traceback") {
  for (const auto& [name, channel] : all_channels()) {
    INFO(name);
    const auto result = run(*channel, "def f():\n    raise KeyError('gr\u00fcn')\nf()");
    CHECK(result.outcome == Outcome::exception);
    CHECK(result.exit_code == 1);
    REQUIRE(result.error);
    CHECK(result.error->type == "KeyError");
    CHECK(result.error->message == "'gr\u00fcn'");
    CHECK_THAT(result.error->traceback,
               ContainsSubstring("line 2, in f") && EndsWith("'gr\u00fcn'\n"));
    CHECK(run(*channel, "def f(:").error->type == "SyntaxError");
    CHECK(run(*channel, "raise KeyboardInterrupt").exit_code == 130);
  }
}

TEST_CASE("result channels: sys.exit arrives with its code") {
  for (const auto& [name, channel] : all_channels()) {
    INFO(name);
    for (const auto& [argument, code] : {std::pair{"", 0}, {"7", 7}, {"256 + 3", 3}, {"'no'", 1}}) {
      const auto result = run(*channel, std::string("import sys; sys.exit(") + argument + ")");
      CHECK(result.outcome == Outcome::exit);
      CHECK(result.exit_code == code);
      CHECK_FALSE(result.error);
    }
  }
}

TEST_CASE("result channels: tables arrive with all that is said of them") {
  auto columns = json::array();
  for (int i = 0; i < 1000; ++i)
    columns.push_back({{"name", "c\u00f6l" + std::to_string(i)}, {"type", "java.lang.String"}});
  const json shown{{"name", "gr\u00fc\u00dfe"}, {"row_count", INT64_MAX},
                   {"is_refreshing", true},     {"columns", columns},
                   {"preview", "x|y\n\x1b\n"},  {"not_shown_why", nullptr}};
  const json hidden{{"name", ""},
                    {"row_count", nullptr},
                    {"is_refreshing", nullptr},
                    {"columns", json::array()},
                    {"preview", nullptr},
                    {"not_shown_why", "so"}};
  const json dictionary{{"outcome", "ok"},        {"exit_code", 0},   {"result_repr", nullptr},
                        {"is_expression", false}, {"error", nullptr}, {"tables", {shown, hidden}}};
  for (const auto& [name, channel] : all_channels()) {
    INFO(name);
    const auto carried = in_guest(*channel, {outcome(dictionary)}).front();
    REQUIRE(carried.error == "");
    const auto tables = channel->decode(carried.bytes).tables;
    REQUIRE(tables.size() == 2);
    CHECK(tables[0].name == "gr\u00fc\u00dfe");
    CHECK(tables[0].row_count == INT64_MAX);
    CHECK(tables[0].is_refreshing == true);
    REQUIRE(tables[0].columns.size() == 1000);
    CHECK(tables[0].columns[999].name == "c\u00f6l999");
    CHECK(tables[0].columns[999].type == "java.lang.String");
    CHECK(tables[0].preview == "x|y\n\x1b\n");
    CHECK_FALSE(tables[0].not_shown_why);
    CHECK(tables[1].name == "");
    CHECK_FALSE(tables[1].row_count);
    CHECK_FALSE(tables[1].is_refreshing);
    CHECK_FALSE(tables[1].preview);
    CHECK(tables[1].not_shown_why == "so");
  }
}

TEST_CASE("result channels: each run has its own result") {
  for (const auto& [name, channel] : all_channels()) {
    INFO(name);
    std::vector<json> steps;
    for (int i = 0; i < 20; ++i) steps.push_back(program(std::to_string(i)));
    const auto carried = in_guest(*channel, steps);
    for (std::size_t i = 0; i < 20; ++i) {
      REQUIRE(carried[i].error == "");
      CHECK(channel->decode(carried[i].bytes).result_repr == std::to_string(i));
    }
  }
}

TEST_CASE("result channels: a result is taken once, an old one never stands for a new one") {
  for (const auto& [name, channel] : all_channels()) {
    INFO(name);
    const auto carried = in_guest(*channel, {load_only(), program("1"), load_only(), program("2")});
    CHECK(carried[0].error != "");
    CHECK(channel->decode(carried[1].bytes).result_repr == "1");
    CHECK(carried[2].error != "");
    CHECK(channel->decode(carried[3].bytes).result_repr == "2");
  }
}

TEST_CASE("result channels: nothing of the channel is left among the program's names") {
  for (const auto& [name, channel] : all_channels()) {
    INFO(name);
    const auto carried = in_guest(
        *channel, {program("x = 1"), program("sorted(n for n in dir() if n != '__builtins__')")});
    const auto names = channel->decode(carried[1].bytes).result_repr;
    CHECK(names == "['__doc__', '__loader__', '__name__', '__package__', '__spec__', 'x']");
  }
}
