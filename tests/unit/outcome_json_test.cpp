#include "dhg/error.hpp"
#include "dhg/result_channel.hpp"

#include <catch2/catch_all.hpp>
#include <nlohmann/json.hpp>

using namespace dhg;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;

namespace {

CodeResult parse(std::string_view text) {
  return parse_outcome_json({reinterpret_cast<const std::byte*>(text.data()), text.size()});
}

json ok() {
  return {{"outcome", "ok"},
          {"exit_code", 0},
          {"result_repr", nullptr},
          {"error", nullptr},
          {"tables", json::array()}};
}

json table() {
  return {{"name", "t"},
          {"row_count", 5},
          {"is_refreshing", false},
          {"columns", {{{"name", "x"}, {"type", "int"}}, {{"name", "y"}, {"type", "long"}}}},
          {"preview", "x|y\n"},
          {"not_shown_why", nullptr}};
}

json with(const char* name, const json& value) {
  auto object = ok();
  object[name] = value;
  return object;
}

} // namespace

TEST_CASE("outcome: the end of a program") {
  const auto result = parse(ok().dump());
  CHECK(result.outcome == Outcome::ok);
  CHECK(result.exit_code == 0);
  CHECK_FALSE(result.result_repr);
  CHECK_FALSE(result.error);
}

TEST_CASE("outcome: the value of a last expression") {
  const std::string value = "'\u00e4\u20ac\U0001f600\\n'";
  CHECK(parse(with("result_repr", value).dump()).result_repr == value);
  CHECK(parse(with("result_repr", "").dump()).result_repr == "");
}

TEST_CASE("outcome: an exception") {
  auto object = with("error", {{"type", "ValueError"}, {"message", "no"}, {"traceback", "T"}});
  object["outcome"] = "exception";
  object["exit_code"] = 1;
  const auto result = parse(object.dump());
  CHECK(result.outcome == Outcome::exception);
  REQUIRE(result.error);
  CHECK(result.error->type == "ValueError");
  CHECK(result.error->message == "no");
  CHECK(result.error->traceback == "T");
}

TEST_CASE("outcome: sys.exit") {
  auto object = with("outcome", "exit");
  object["exit_code"] = 255;
  CHECK(parse(object.dump()).outcome == Outcome::exit);
  CHECK(parse(object.dump()).exit_code == 255);
}

TEST_CASE("outcome: bytes that are no JSON object") {
  for (const auto* text : {"", " ", "[]", "null", "1", "\"ok\"", "{", "{}x", "{'a':1}", "\xff",
                           "{\"outcome\":\"ok\"", "{\"a\":NaN}"})
    CHECK_THROWS_AS(parse(text), Error);
  CHECK_THROWS_AS(parse(std::string_view("\0{}", 3)), Error);
  CHECK_THROWS_AS(parse("{\"outcome\":\"\xc3\"}"), Error);
}

TEST_CASE("outcome: lone surrogates are no text") {
  for (const auto* escape : {"\\ud800", "\\udc00", "\\ud800x", "\\ud800\\ud800"}) {
    const auto text = std::string(R"({"outcome":"ok","exit_code":0,"error":null,"result_repr":")") +
                      escape + "\"}";
    CHECK_THROWS_AS(parse(text), Error);
  }
}

TEST_CASE("outcome: deep nesting") {
  const auto nested = [](std::size_t depth) {
    return R"({"outcome":"ok","exit_code":0,"error":null,"result_repr":null,"tables":[],"x":)" +
           std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  CHECK(parse(nested(30)).outcome == Outcome::ok);
  CHECK_THROWS_WITH(parse(nested(1000)), ContainsSubstring("nested too deeply"));
  CHECK_THROWS_AS(parse(nested(1'000'000)), Error);
  CHECK_THROWS_AS(parse(std::string(1'000'000, '[')), Error);
}

TEST_CASE("outcome: members that are missing or of another type") {
  for (const auto* name : {"outcome", "exit_code", "result_repr", "error", "tables"}) {
    auto object = ok();
    object.erase(name);
    CHECK_THROWS_WITH(parse(object.dump()), ContainsSubstring(name));
  }
  CHECK_THROWS_AS(parse(with("outcome", 1).dump()), Error);
  CHECK_THROWS_WITH(parse(with("outcome", "fine").dump()),
                    ContainsSubstring("unknown outcome 'fine'"));
  CHECK_THROWS_AS(parse(with("result_repr", 1).dump()), Error);
  CHECK_THROWS_AS(parse(with("error", "x").dump()), Error);
  CHECK_THROWS_AS(parse(with("error", json::object()).dump()), Error);
  for (const json& code : {json(-1), json(256), json(1.0), json("0"), json(nullptr), json(true),
                           json(UINT64_MAX), json(INT64_MIN)})
    CHECK_THROWS_WITH(parse(with("exit_code", code).dump()), ContainsSubstring("exit_code"));
}

TEST_CASE("outcome: contradictions") {
  auto object = with("error", {{"type", "E"}, {"message", ""}, {"traceback", ""}});
  CHECK_THROWS_WITH(parse(object.dump()), ContainsSubstring("contradict"));
  CHECK_THROWS_WITH(parse(with("outcome", "exception").dump()), ContainsSubstring("contradict"));
}

TEST_CASE("outcome: a hostile name is not repeated at length") {
  try {
    (void)parse(with("outcome", std::string(100'000, 'x')).dump());
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(std::string(error.what()).size() < 200);
  }
}

TEST_CASE("outcome: text that is no JSON is not repeated at length, a name not raw") {
  try {
    (void)parse("\"" + std::string(100'000, 'x'));
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(std::string(error.what()).size() < 200);
  }
  CHECK_THROWS_WITH(parse(with("outcome", "\x1b[2J").dump()), ContainsSubstring("'?[2J'"));
}

TEST_CASE("outcome: tables") {
  auto other = table();
  other["name"] = "\x1b\u00e4";
  other["row_count"] = nullptr;
  other["is_refreshing"] = true;
  other["columns"] = json::array();
  const auto tables = parse(with("tables", json::array({table(), other})).dump()).tables;
  REQUIRE(tables.size() == 2);
  CHECK(tables[0].name == "t");
  CHECK(tables[0].row_count == 5);
  CHECK(tables[0].is_refreshing == false);
  REQUIRE(tables[0].columns.size() == 2);
  CHECK(tables[0].columns[1].name == "y");
  CHECK(tables[0].columns[1].type == "long");
  CHECK(tables[0].preview == "x|y\n");
  CHECK_FALSE(tables[0].not_shown_why);
  CHECK(tables[1].name == "\x1b\u00e4");
  CHECK_FALSE(tables[1].row_count);
  CHECK(tables[1].is_refreshing == true);
}

TEST_CASE("outcome: a table that could not be shown says why") {
  auto object = table();
  object["preview"] = nullptr;
  CHECK_THROWS_WITH(parse(with("tables", json::array({object})).dump()),
                    ContainsSubstring("not_shown_why"));
  object["not_shown_why"] = "it failed";
  object["is_refreshing"] = nullptr;
  const auto tables = parse(with("tables", json::array({object})).dump()).tables;
  REQUIRE(tables.size() == 1);
  CHECK_FALSE(tables[0].preview);
  CHECK_FALSE(tables[0].is_refreshing);
  CHECK(tables[0].not_shown_why == "it failed");
}

TEST_CASE("outcome: tables with members that are missing or of another type") {
  CHECK_THROWS_AS(parse(with("tables", nullptr).dump()), Error);
  CHECK_THROWS_AS(parse(with("tables", "t").dump()), Error);
  CHECK_THROWS_AS(parse(with("tables", table()).dump()), Error);
  CHECK_THROWS_AS(parse(with("tables", json::array({1})).dump()), Error);
  const auto refuses = [](const char* name, const json& value) {
    auto object = table();
    object[name] = value;
    CHECK_THROWS_AS(parse(with("tables", json::array({object})).dump()), Error);
  };
  const auto whole = table();
  for (const auto& member : whole.items()) {
    const auto& name = member.key();
    auto object = table();
    object.erase(name);
    CHECK_THROWS_WITH(parse(with("tables", json::array({object})).dump()), ContainsSubstring(name));
    refuses(name.c_str(), json::object());
    refuses(name.c_str(), 1.5);
  }
  for (const json& count : {json(-1), json(UINT64_MAX), json(1.0), json("5"), json(true)})
    refuses("row_count", count);
  for (const json& columns : {json(nullptr), json("x"), json{1}, json{{{"name", "x"}}},
                              json{{{"name", "x"}, {"type", 1}}}, json{json::array({"x", "int"})}})
    refuses("columns", columns);
}
