#include "config/schema.hpp"
#include "config/settings.hpp"
#include "dhg/error.hpp"

#include <array>
#include <catch2/catch_all.hpp>
#include <set>

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using dhg::Error;
using dhg::config::parse_text;
using dhg::config::show;
using dhg::config::validate;
using dhg::config::validate_options;

namespace {

constexpr std::array kOptions{
    dhg_option{"threads", DHG_OPTION_INT, "0", "0", "64", nullptr, "how many"},
    dhg_option{"chunk", DHG_OPTION_SIZE, "2MiB", "4KiB", "1GiB", nullptr, "how large"},
    dhg_option{"binary", DHG_OPTION_STRING, "", nullptr, nullptr, nullptr, "which"},
    dhg_option{"spin", DHG_OPTION_BOOL, "false", nullptr, nullptr, nullptr, "whether"},
    dhg_option{"accel", DHG_OPTION_ENUM, "auto", nullptr, nullptr, "auto|kvm|tcg", "what"}};

dhg::Options options(const std::string& yaml) {
  const auto raw = parse_text("launcher: {options: " + yaml + "}\n", "x");
  return validate_options(raw.find("launcher")->find("options"), kOptions, "p");
}

} // namespace

TEST_CASE("config settings: the defaults") {
  const auto s = validate(parse_text("image: python\n", "x"));
  CHECK(s.version.empty());
  CHECK(s.jvm_args == "default");
  CHECK(s.machine.memory_bytes == 0);
  CHECK(s.machine.vcpus == 1);
  CHECK(s.launcher.name == "qemu");
  CHECK_FALSE(s.launcher.options);
  CHECK(s.page_server.choice.name == "working-set");
  CHECK(s.page_server.fallback == "file");
  CHECK(s.result_channel.name == "json-file");
  CHECK_FALSE(s.run.timeout);
  CHECK(s.run.output_limit == UINT64_C(1) << 30);
  CHECK(s.run.result_limit == UINT64_C(256) << 20);
  CHECK_FALSE(s.run.hold_updates);
}

TEST_CASE("config settings: what is at a bound is allowed, beyond it is not") {
  const auto [key, good, bad] = GENERATE(table<std::string, std::string, std::string>({
      {"machine.memory", "128MiB", "126MiB"},
      {"machine.memory", "1TiB", "1048578MiB"},
      {"machine.memory", "130MiB", "129MiB"},
      {"version", "41.1", "41"},
      {"version", "newest", "../41.1"},
      {"jvm_args", "seeds", "Seeds"},
      {"jvm_args", "-Xmx2g -XX:+UseSerialGC", "Xmx2g -XX:+UseSerialGC"},
      {"machine.vcpus", "1", "0"},
      {"machine.vcpus", "32", "33"},
      {"machine.vcpus", "2", "-1"},
      {"machine.vcpus", "2", "2.5"},
      {"machine.vcpus", "2", "99999999999999999999"},
      {"run.timeout", "none", "never"},
      {"run.timeout", "30", "30h"},
      {"run.timeout", "500ms", "-5s"},
      {"run.timeout", "527040m", "527041m"},
      {"run.output_limit", "1KiB", "1023"},
      {"run.output_limit", "16GiB", "17GiB"},
      {"run.result_limit", "1GiB", "1073741825"},
      {"run.hold_updates", "true", "True"},
      {"run.hold_updates", "false", "yes"},
      {"page_server.fallback", "file", "eager"},
      {"page_server.notes", "/a/notes", "notes"},
      {"page_server.notes", "snapshot", "none"},
      {"page_server.record", "/a/faults", "faults"},
      {"page_source", "compressed", "zip"},
      {"page_server.plugin", "/a/b.so", "b.so"},
      {"launcher.plugin", "my-vmm", "My_vmm"},
      {"image", "deephaven-41", "-x"},
      {"image", "7", "a/b"},
  }));
  CAPTURE(key, good, bad);
  auto raw = parse_text("image: python\n", "x");
  apply_set(raw, key + "=" + good);
  CHECK_NOTHROW(validate(raw));
  CHECK_NOTHROW(validate(parse_text(show(raw), "y")));
  apply_set(raw, key + "=" + bad);
  const auto* entry = dhg::config::find_key(key);
  REQUIRE(entry != nullptr);
  CHECK_THROWS_WITH(validate(raw), ContainsSubstring("'" + bad + "' is not valid; expected " +
                                                     std::string(entry->allowed)));
}

TEST_CASE("config settings: a wrong flag is named as it was typed") {
  const auto message = [](auto apply) {
    auto raw = parse_text("image: python\n", "x");
    apply(raw);
    try {
      (void)validate(raw);
    } catch (const Error& e) {
      return std::string(e.what());
    }
    return std::string("accepted");
  };
  CHECK(message([](auto& raw) { apply_flag(raw, "--timeout", "run.timeout", "soon"); }) ==
        "--timeout: 'soon' is not valid; expected none, or a time such as 30 (seconds), 500ms, 5m, "
        "at most 366 days");
  CHECK_THAT(message([](auto& raw) { apply_set(raw, "run.timeout=soon"); }),
             StartsWith("--set run.timeout: 'soon' is not valid"));
  auto raw = parse_text("run: {timeout: 10}\n", "x");
  CHECK(validate(raw).run.timeout == std::chrono::seconds(10));
  apply_flag(raw, "--timeout", "run.timeout", "7");
  CHECK(validate(raw).run.timeout == std::chrono::seconds(7));
  apply_flag(raw, "--timeout", "run.timeout", "0");
  CHECK_FALSE(validate(raw).run.timeout);
}

TEST_CASE("config settings: every key has all that documents it, once") {
  std::set<std::string_view> seen;
  for (const auto& key : dhg::config::schema()) {
    CAPTURE(key.path);
    CHECK(seen.insert(key.path).second);
    CHECK_FALSE(key.description.empty());
    CHECK_FALSE(key.allowed.empty());
    dhg::config::Settings settings;
    CHECK(key.assign(settings, std::string(key.default_value)));
  }
}

TEST_CASE("config settings: all problems of a file at once, each at its place") {
  const std::string text =
      "page_servr:\n  plugin: file\n"
      "machine:\n  memory: 512MB\n  vcpus: [1]\n  colour: red\n"
      "run: 5\nlauncher:\n  options: 3\nresult_channel:\n  options: {a: [b]}\nimage:\n";
  try {
    (void)validate(parse_text(text, "x"));
    FAIL();
  } catch (const Error& e) {
    CHECK(e.blame() == dhg::Blame::usage);
    CHECK(
        std::string(e.what()) ==
        "x:1:1: unknown key 'page_servr'; did you mean 'page_server'?\n"
        "dhg: x:4:11: machine.memory: '512MB' is not valid; expected default, or 128MiB to "
        "1TiB, a multiple of 2MiB; did you mean '512MiB'?\n"
        "dhg: x:5:10: machine.vcpus: a list is not valid; expected 1 to 32\n"
        "dhg: x:6:3: unknown key 'colour'; choose one of: memory, vcpus\n"
        "dhg: x:7:6: 'run' is a group of keys: timeout, output_limit, result_limit, hold_updates\n"
        "dhg: x:9:12: 'launcher.options' is a map of the plugin's options\n"
        "dhg: x:11:16: result_channel.options.a: a list is not valid; expected a single value\n"
        "dhg: x:12:1: image: a value is missing; expected lower-case letters, digits and '-'");
  }
}

TEST_CASE("config settings: a file of another kind does not fill the screen") {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "k" + std::to_string(i) + ": 1\n";
  try {
    (void)validate(parse_text(text, "x"));
    FAIL();
  } catch (const Error& e) {
    CHECK_THAT(e.what(), ContainsSubstring("'k19'") && !ContainsSubstring("'k20'"));
    CHECK(e.hint() == "and 80 more problems");
  }
}

TEST_CASE("config options: all that is declared, given or default") {
  const auto none = validate_options(nullptr, kOptions, "p");
  CHECK(none.integer("threads") == 0);
  CHECK(none.size("chunk") == UINT64_C(2) << 20);
  CHECK(none.text("binary").empty());
  CHECK_FALSE(none.boolean("spin"));
  CHECK(none.text("accel") == "auto");
  for (const auto* yes : {"true", "True", "TRUE"})
    CHECK(options(std::string("{spin: ") + yes + "}").boolean("spin"));
  for (const auto* no : {"false", "False", "FALSE"})
    CHECK_FALSE(options(std::string("{spin: ") + no + "}").boolean("spin"));
  const auto given = options("{threads: 64, chunk: 4 KiB, binary: /b, spin: true, accel: kvm}");
  CHECK(given.integer("threads") == 64);
  CHECK(given.size("chunk") == 4096);
  CHECK(given.text("binary") == "/b");
  CHECK(given.boolean("spin"));
  CHECK(given.text("accel") == "kvm");
}

TEST_CASE("config options: a wrong one is said at its place with what is allowed") {
  const auto [yaml, message] = GENERATE(table<std::string, std::string>({
      {"{thread: 1}", "x:1:22: 'p' has no option 'thread'; did you mean 'threads'?"},
      {"{wood: 1}", "x:1:22: 'p' has no option 'wood'; choose one of: threads, chunk, binary, "},
      {"{threads: 65}",
       "x:1:31: option 'threads' of 'p': '65' is not valid; expected an integer "
       "from 0 to 64"},
      {"{threads: 1x}", "x:1:31: option 'threads' of 'p': '1x' is not valid"},
      {"{chunk: 2MB}",
       "x:1:29: option 'chunk' of 'p': '2MB' is not valid; expected a size from "
       "4KiB to 1GiB; did you mean '2MiB'?"},
      {"{spin: yes}", "x:1:28: option 'spin' of 'p': 'yes' is not valid; expected true or false"},
      {"{accel: hvf}",
       "x:1:29: option 'accel' of 'p': 'hvf' is not valid; expected one of auto, "
       "kvm, tcg"},
      {"{binary: [a]}", "x:1:30: option 'binary' of 'p': a list is not valid; expected a text"},
  }));
  CHECK_THROWS_WITH(options(yaml), StartsWith(message));
  const auto raw = parse_text("a: 1\n", "x");
  CHECK_THROWS_WITH(validate_options(&raw, {}, "file"),
                    "x:1:1: 'file' has no option 'a'; it has none");
}

TEST_CASE("config options: a plugin's wrong default is the plugin's fault") {
  const dhg_option wrong{"n", DHG_OPTION_INT, "9", "0", "5", nullptr, "d"};
  try {
    (void)validate_options(nullptr, {&wrong, 1}, "p");
    FAIL();
  } catch (const Error& e) {
    CHECK(e.blame() == dhg::Blame::environment);
  }
}

TEST_CASE("config show: YAML that means the same, whatever the values") {
  const auto text = GENERATE(as<std::string>{}, "null", "~", "true", "", "-", "---", "...", "a: b",
                             "a #b", "\"quoted\" \\ 'x'", "line\nline\ttab\r", "\x1b[31m", "\x7f",
                             " blanks ", "\xe2\x82\xac \xc2\x85 \xe2\x80\xa8", "[a", "*x", "%x");
  CAPTURE(text);
  auto raw = parse_text("launcher: {options: {'a b: #': x}}\n", "x.yaml");
  auto* option = raw.find("launcher")->find("options")->find("a b: #");
  REQUIRE(option != nullptr);
  option->text = text;
  const auto again = parse_text(show(raw), "shown");
  const auto settings = validate(again);
  CHECK(settings.launcher.options->find("a b: #")->text == text);
}

TEST_CASE("config show: each value with where it came from") {
  auto raw = parse_text("page_server:\n  plugin: eager\n  options:\n    threads: 3\n", "x.yaml");
  apply_set(raw, "run.timeout=30s");
  const auto shown = show(raw);
  CHECK_THAT(shown, ContainsSubstring("image: deephaven                      # default\n"));
  CHECK_THAT(shown, ContainsSubstring("  plugin: eager                       # x.yaml:2:11\n"));
  CHECK_THAT(shown, ContainsSubstring("    threads: 3                        # x.yaml:4:14\n"));
  CHECK_THAT(shown,
             ContainsSubstring("  timeout: 30s                        # --set run.timeout\n"));
}

TEST_CASE("config settings: where an image and a plugin were named is remembered") {
  const auto s = validate(parse_text("image: a\nlauncher:\n  plugin: b\n", "x.yaml"));
  CHECK(s.image_origin.text == "x.yaml:1:8");
  CHECK(s.launcher.origin.text == "x.yaml:3:11");
  CHECK(s.page_server.choice.origin.kind == dhg::config::Origin::Kind::default_value);
}

TEST_CASE("config settings: options that differ from their defaults, in one spelling") {
  using dhg::config::changed_options;
  const auto of = [](const std::string& yaml) {
    const auto raw = parse_text("launcher: {options: " + yaml + "}\n", "x");
    return changed_options(raw.find("launcher")->find("options"), kOptions);
  };
  CHECK(changed_options(nullptr, kOptions).empty());
  CHECK(of("{spin: FALSE, accel: auto}") == of("{spin: false}"));
  CHECK(of("{chunk: 64KiB}") == of("{chunk: 65536}"));
  CHECK(of("{accel: tcg}") == std::vector<std::string>{"accel=tcg"});
}
