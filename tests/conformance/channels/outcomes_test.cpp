// What a program leaves arrives as it was.

#include "channels.hpp"
#include "guest.hpp"
#include "words.hpp"

using namespace dhg;
using namespace dhg::conformance;
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
      WANT("the outcome (0 ok, 1 exception, 2 exit)", equal(result.outcome, Outcome::ok));
      WANT("the exit code", equal(result.exit_code, 0));
      WANT("the value of the program", equal(result.result_repr, std::nullopt));
      WANT("there is no exception", !result.error);
      WANT("there is no table", result.tables.empty());
    }
  }
}

TEST_CASE("result channels: the value of a last expression arrives, and whether it was alone") {
  for (const auto& [name, channel] : all_channels()) {
    INFO(name);
    const auto alone = run(*channel, "2 ** 100");
    WANT("the value of the expression",
         equal(alone.result_repr, "1267650600228229401496703205376"));
    WANT("an expression alone is told to be one", alone.is_expression);
    const auto last = run(*channel, "x = 1\nx");
    WANT("the value of the last expression", equal(last.result_repr, "1"));
    WANT("an expression behind a statement is not told to be alone", !last.is_expression);
  }
}

TEST_CASE("result channels: numbers that are none and nested values arrive as Python shows them") {
  for (const auto& [name, channel] : all_channels()) {
    INFO(name);
    const auto result =
        run(*channel, "[float('nan'), {'a': (float('-inf'), [None, True])}, 1e400, -0.0]");
    WANT("the value of the expression",
         equal(result.result_repr, "[nan, {'a': (-inf, [None, True])}, inf, -0.0]"));
  }
}

TEST_CASE("result channels: text arrives whatever it is") {
  for (const auto& [name, channel] : all_channels()) {
    INFO(name);
    WANT("the value of the expression",
         equal(run(*channel, "'\u00e4\u20ac\U0001f600'").result_repr, "'\u00e4\u20ac\U0001f600'"));
    const auto controls = run(*channel, shown_as(R"(''.join(map(chr, range(256))))"));
    NEED("the value of the expression arrives", controls.result_repr.has_value());
    WANT("the bytes of 256 characters in UTF-8",
         equal(controls.result_repr->size(), 128 + 2 * 128));
    WANT("control characters arrive as they were",
         controls.result_repr->starts_with(std::string("\0\1\2", 3)));
    WANT("the value of the expression",
         equal(run(*channel, shown_as(R"('"\\\n</script>\u2028')")).result_repr,
               "\"\\\n</script>\u2028"));
  }
}

TEST_CASE("result channels: lone surrogates, which no UTF-8 has, are written out") {
  for (const auto& [name, channel] : all_channels()) {
    INFO(name);
    WANT("the value of the expression",
         equal(run(*channel, shown_as(R"('a\ud800b\udc80')")).result_repr, "a\\ud800b\\udc80"));
    const auto result = run(*channel, R"(raise ValueError('\udfff'))");
    NEED("the exception arrives", result.error.has_value());
    WANT("the message of the exception", equal(result.error->message, "\\udfff"));
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
    NEED("the value of the expression arrives", result.result_repr.has_value());
    const auto& text = *result.result_repr;
    NEED("the bytes that arrive", equal(text.size(), kNumbers * 17));
    bool in_place = true;
    for (std::size_t i = 0; i < kNumbers && in_place; i += 997)
      in_place =
          std::stoul(text.substr(i * 17, 15)) == i && text.compare(i * 17 + 15, 2, "\u00e4") == 0;
    WANT("each number arrives at its place", in_place);
    WANT("the last number is at the end", text.ends_with(std::to_string(kNumbers - 1) + "\u00e4"));
  }
}

TEST_CASE("result channels: an exception arrives with type, message and traceback") {
  for (const auto& [name, channel] : all_channels()) {
    INFO(name);
    const auto result = run(*channel, "def f():\n    raise KeyError('gr\u00fcn')\nf()");
    WANT("the outcome (0 ok, 1 exception, 2 exit)", equal(result.outcome, Outcome::exception));
    WANT("the exit code", equal(result.exit_code, 1));
    NEED("the exception arrives", result.error.has_value());
    WANT("the type of the exception", equal(result.error->type, "KeyError"));
    WANT("the message of the exception", equal(result.error->message, "'gr\u00fcn'"));
    WANT("the traceback has the line of the exception",
         has_part(result.error->traceback, "line 2, in f"));
    WANT("the traceback ends with the message", has_part(result.error->traceback, "'gr\u00fcn'\n"));
    const auto unreadable = run(*channel, "def f(:");
    NEED("the exception arrives", unreadable.error.has_value());
    WANT("the type of the exception", equal(unreadable.error->type, "SyntaxError"));
    WANT("the exit code", equal(run(*channel, "raise KeyboardInterrupt").exit_code, 130));
  }
}

TEST_CASE("result channels: sys.exit arrives with its code") {
  for (const auto& [name, channel] : all_channels()) {
    INFO(name);
    for (const auto& [argument, code] : {std::pair{"", 0}, {"7", 7}, {"256 + 3", 3}, {"'no'", 1}}) {
      const auto result = run(*channel, std::string("import sys; sys.exit(") + argument + ")");
      WANT("the outcome (0 ok, 1 exception, 2 exit)", equal(result.outcome, Outcome::exit));
      WANT("the exit code", equal(result.exit_code, code));
      WANT("there is no exception", !result.error);
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
    NEED("the guest half stores and loads the outcome", carried.error);
    const auto tables = channel->decode(carried.bytes).tables;
    NEED("the number of tables", equal(tables.size(), 2));
    WANT("the name of the first table", equal(tables[0].name, "gr\u00fc\u00dfe"));
    WANT("its number of rows", equal(tables[0].row_count, INT64_MAX));
    WANT("whether it is refreshing", equal(tables[0].is_refreshing, true));
    NEED("its number of columns", equal(tables[0].columns.size(), 1000));
    WANT("the name of its last column", equal(tables[0].columns[999].name, "c\u00f6l999"));
    WANT("the type of its last column", equal(tables[0].columns[999].type, "java.lang.String"));
    WANT("the preview of the first table", equal(tables[0].preview, "x|y\n\x1b\n"));
    WANT("why the first table is not shown", equal(tables[0].not_shown_why, std::nullopt));
    WANT("the name of the second table", equal(tables[1].name, ""));
    WANT("the second table's number of rows", equal(tables[1].row_count, std::nullopt));
    WANT("whether the second table is refreshing", equal(tables[1].is_refreshing, std::nullopt));
    WANT("the preview of the second table", equal(tables[1].preview, std::nullopt));
    WANT("why the second table is not shown", equal(tables[1].not_shown_why, "so"));
  }
}

TEST_CASE("result channels: each run has its own result") {
  for (const auto& [name, channel] : all_channels()) {
    INFO(name);
    std::vector<json> steps;
    for (int i = 0; i < 20; ++i) steps.push_back(program(std::to_string(i)));
    const auto carried = in_guest(*channel, steps);
    for (std::size_t i = 0; i < 20; ++i) {
      NEED("the guest half stores and loads the outcome", carried[i].error);
      WANT("the value of the expression",
           equal(channel->decode(carried[i].bytes).result_repr, std::to_string(i)));
    }
  }
}

TEST_CASE("result channels: a result is taken once, an old one never stands for a new one") {
  for (const auto& [name, channel] : all_channels()) {
    INFO(name);
    const auto carried = in_guest(*channel, {load_only(), program("1"), load_only(), program("2")});
    WANT("a result that was never stored cannot be loaded", !carried[0].error.empty());
    WANT("the value of the expression", equal(channel->decode(carried[1].bytes).result_repr, "1"));
    WANT("a result cannot be loaded a second time", !carried[2].error.empty());
    WANT("the value of the expression", equal(channel->decode(carried[3].bytes).result_repr, "2"));
  }
}

TEST_CASE("result channels: nothing of the channel is left among the program's names") {
  for (const auto& [name, channel] : all_channels()) {
    INFO(name);
    const auto carried = in_guest(
        *channel, {program("x = 1"), program("sorted(n for n in dir() if n != '__builtins__')")});
    const auto names = channel->decode(carried[1].bytes).result_repr;
    WANT("the names that the program sees",
         equal(names, "['__doc__', '__loader__', '__name__', '__package__', '__spec__', 'x']"));
  }
}
