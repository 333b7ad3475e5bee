#include "config/raw.hpp"
#include "dhg/error.hpp"
#include "temporary_folder.hpp"

#include <sys/stat.h>

#include <catch2/catch_all.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using dhg::Error;
using dhg::config::parse_file;
using dhg::config::parse_text;
using dhg::config::RawNode;
using dhg::fakes::TemporaryFolder;

namespace {

std::string parse_refusal(const std::string& text) {
  try {
    (void)parse_text(text, "x.yaml");
  } catch (const Error& e) {
    CHECK(e.blame() == dhg::Blame::usage);
    return e.what();
  }
  return "accepted";
}

std::string repeat(const std::string& part, std::size_t size) {
  std::string result;
  while (result.size() + part.size() <= size) result += part;
  return result;
}

std::filesystem::path write_config(const TemporaryFolder& folder, const std::string& name,
                                   const std::string& text) {
  std::ofstream(folder / name, std::ios::binary) << text;
  return folder / name;
}

} // namespace

TEST_CASE("config parse: every node and key knows its place") {
  const auto root = parse_text("# c\nmachine:\n  vcpus: 2\nlist: [a, b]\n", "x.yaml");
  REQUIRE(root.members.size() == 2);
  CHECK(root.members[0].key_origin.text == "x.yaml:2:1");
  const auto* vcpus = root.find("machine")->find("vcpus");
  REQUIRE(vcpus != nullptr);
  CHECK(vcpus->text == "2");
  CHECK(vcpus->origin.text == "x.yaml:3:10");
  CHECK(vcpus->origin.kind == dhg::config::Origin::Kind::file);
  const auto* list = root.find("list");
  REQUIRE(list->kind == RawNode::Kind::sequence);
  CHECK(list->members[1].value.text == "b");
  CHECK(root.find("nothing") == nullptr);
}

TEST_CASE("config parse: quoted texts that are whole") {
  const auto root =
      parse_text("\xef\xbb\xbf'a': 'it''s'\r\n\"b\": \"\\\"x\\\\\"\r\nc: ''\nd: \"\"", "x");
  CHECK(root.find("a")->text == "it's");
  CHECK(root.find("b")->text == "\"x\\");
  CHECK(root.find("c")->text.empty());
  CHECK(root.find("d")->text.empty());
}

TEST_CASE("config parse: blocks are values, without the newline at their end") {
  const auto [style, expected] = GENERATE(table<std::string, std::string>({
      {">-", "-Xmx2g -XX:+UseG1GC"},
      {">", "-Xmx2g -XX:+UseG1GC"},
      {">+", "-Xmx2g -XX:+UseG1GC"},
      {"|", "-Xmx2g\n-XX:+UseG1GC"},
      {"|-", "-Xmx2g\n-XX:+UseG1GC"},
      {"|2 # indented by two", "-Xmx2g\n-XX:+UseG1GC"},
  }));
  CAPTURE(style);
  const auto root = parse_text(
      "# \xe2\x82\xac\njvm_args: " + style + "\n  -Xmx2g\n  -XX:+UseG1GC\nimage: x\n", "x");
  CHECK(root.find("jvm_args")->text == expected);
  CHECK(root.find("jvm_args")->origin.text == "x:2:11");
  CHECK(root.find("image")->text == "x");
}

TEST_CASE("config parse: a quote inside a block or at its end is a character") {
  CHECK(parse_text("a: >-\n  \"b\n", "x").find("a")->text == "\"b");
  CHECK(parse_text("a: |-\n  it's\n", "x").find("a")->text == "it's");
  CHECK(parse_text("a: |\n", "x").find("a")->text.empty());
  CHECK(parse_text("a: \"b\\n\"\n", "x").find("a")->text == "b\n"); // quoted: as it is
}

TEST_CASE("config parse: a byte order mark and CRLF are no matter") {
  const auto root = parse_text("\xef\xbb\xbfimage: a\r\nmachine:\r\n  vcpus: 1\r\n", "x");
  CHECK(root.find("image")->text == "a");
  CHECK(root.find("machine")->find("vcpus")->text == "1");
}

TEST_CASE("config parse: what is not a map of keys is refused at its place") {
  const auto [text, message] = GENERATE(table<std::string, std::string>({
      {"", "x.yaml:1:1: the config is empty"},
      {"# only a comment\n", "x.yaml:1:1: the config is empty"},
      {"---\n", "x.yaml:1:1: the config is empty"},
      {"~", "x.yaml:1:1: the config is empty"},
      {"- one\n", "x.yaml:1:1: a config is a map"},
      {"word\n", "x.yaml:1:1: a config is a map"},
      {"a: b: c\n", "x.yaml:1:5: a second ': ' in one line"},
      {"machine: {vcpus: 1", "x.yaml:1:10: this '{' is not closed"},
      {"image: a\nm: {vcpus: [1\nimage: b\n", "x.yaml:2:12: this '[' is not closed"},
      {"image: python\n  machine: 1\n",
       "x.yaml:2:3: this line is indented more than the one above"},
      {"m:\n    a: 1\n  b: 2\n", "x.yaml:3:3: the indentation of this line fits no line above"},
      {"a: }\n", "x.yaml:1:4: this bracket closes nothing"},
      {"a: @b\n", "x.yaml:1:4: a value cannot begin with this character"},
      {"a: - b\n", "x.yaml:1:4: a list cannot begin here"},
      {"a: \"\\q\"\n", "x.yaml:1:"},
      {"a: 'b\n", "x.yaml:1:4: the closing quote is missing"},
      {"a: 'b''\n", "x.yaml:1:4: the closing quote is missing"},
      {"a: 'b", "x.yaml:1:"},
      {"a: 1\n# \xe2\x82\xac\nb: \"c\\\"\n", "x.yaml:3:4: the closing quote is missing"},
      {"a: {b: \"c", "x.yaml:1:"},
      {"a:\n\tb: 1\n", "x.yaml:2:1: a tab cannot indent a line"},
      {"m:\n  a: 1\n\tb: 2\n", "x.yaml:3:1: a tab cannot indent a line"},
      {"image: a\nimage: b\n", "x.yaml:2:1: duplicate key 'image'; the first is at x.yaml:1:1"},
      {"m: {a: 1, 'a': 2}\n", "x.yaml:1:11: duplicate key 'a'"},
      {"image: &x a\n", "x.yaml:1:8: anchors are not supported"},
      {"a: *x\n", "x.yaml:1:4: aliases are not supported"},
      {"image: !!str a\n", "x.yaml:1:8: the tag 'tag:yaml.org,2002:str' is not supported"},
      {"image: !run a\n", "x.yaml:1:8: the tag '!run' is not supported"},
      {"? [a]\n: b\n", "x.yaml:1:3: a key is a plain word"},
      {"{a: 1}: b\n", "x.yaml:1:1: a key is a plain word"},
      {"image: a\n---\nimage: b\n", "x.yaml:2:1: a second YAML document begins"},
      {"image: a\n...\nimage: b\n", "x.yaml:3:1: a second YAML document begins"},
  }));
  CAPTURE(text);
  CHECK_THAT(parse_refusal(text), StartsWith(message));
}

TEST_CASE("config parse: bytes that are no text are refused at their place") {
  const auto [text, message] = GENERATE(table<std::string, std::string>({
      {"image: a\nb: \xff\n", "x.yaml:2:4: not UTF-8"},
      {"a: \xc0\xaf", "x.yaml:1:4: not UTF-8"},         // overlong
      {"a: \xe0\x80\xaf", "x.yaml:1:4: not UTF-8"},     // overlong
      {"a: \xed\xa0\x80", "x.yaml:1:4: not UTF-8"},     // surrogate
      {"a: \xf4\x90\x80\x80", "x.yaml:1:4: not UTF-8"}, // above U+10FFFF
      {"a: \xe2\x82", "x.yaml:1:4: not UTF-8"},         // cut
      {"\xff\xfe"
       "a",
       "x.yaml:1:1: not UTF-8"},                               // UTF-16
      {"image: a\n\x04machine: 1\n", "x.yaml:2:1: a control"}, // yaml-cpp's end of file
      {std::string("a: b\0c", 6), "x.yaml:1:5: a control"},
      {"a: \"x\\0y\"", "x.yaml:1:4: the value contains a NUL"},
  }));
  CHECK_THAT(parse_refusal(text), StartsWith(message));
  CHECK(parse_text("a: \xe2\x82\xac\xf0\x9f\x98\x80\n", "x").find("a")->text ==
        "\xe2\x82\xac\xf0\x9f\x98\x80");
}

TEST_CASE("config parse: messages cannot command a terminal") {
  CHECK_THAT(parse_refusal("\"\\e[31m\": 1\n\"\\e[31m\": 2\n"), ContainsSubstring("'\\x1b[31m'"));
  CHECK(parse_text("a: 1", "x\ny").find("a")->origin.text == "x\\x0ay:1:4");
}

TEST_CASE("config parse: hostile files of 1 MiB take bounded time") {
  constexpr std::size_t kMiB = 1024 * 1024;
  std::string many_keys;
  for (int i = 0; many_keys.size() < kMiB - 16; ++i) many_keys += "k" + std::to_string(i) + ":\n";
  const auto started = std::chrono::steady_clock::now();
  CHECK_THAT(parse_refusal(many_keys),
             StartsWith("x.yaml:1001:1: more than 1000 values in one place"));
  CHECK_THAT(parse_refusal("a: [" + repeat("1,", kMiB - 8) + "]"),
             ContainsSubstring("more than 1000 values"));
  for (const auto* part : {"[", "{", "- ", "? ", "&a ", "*a ", "!a ", "[a,", "{a: ", "\"", "a\n"})
    CHECK(parse_refusal(repeat(part, kMiB)) != "accepted");
  CHECK_THAT(parse_refusal("a: " + repeat("[", 20) + repeat("]", 20)),
             ContainsSubstring("nested too deeply"));
  CHECK_THAT(parse_refusal(repeat("#", kMiB + 1)), StartsWith("x.yaml: larger than 1024 KiB"));
  CHECK(std::chrono::steady_clock::now() - started < std::chrono::seconds(60));
}

TEST_CASE("config file: read whole, named as given") {
  const TemporaryFolder folder;
  const auto path = write_config(folder, "a.yaml", "image: a\n");
  CHECK(parse_file(path).find("image")->origin.text == path.string() + ":1:8");
  CHECK_THROWS_WITH(parse_file(folder.path() / "none.yaml"),
                    StartsWith("cannot open '") && ContainsSubstring("No such file"));
  CHECK_THROWS_WITH(parse_file(folder.path()),
                    StartsWith("cannot read '") && ContainsSubstring("directory"));
  CHECK_THROWS_WITH(parse_file("/dev/zero"), ContainsSubstring("larger than"));
}

TEST_CASE("config locate: a path, or an installed name") {
  using dhg::config::locate;
  const TemporaryFolder folder;
  const auto fast = write_config(folder, "fast.yaml", "image: a\n");
  (void)write_config(folder, "notes.txt", "");
  CHECK(locate("fast.yaml", folder.path()) == fast);
  CHECK(locate("fast", folder.path()) == fast);
  CHECK(locate(fast.string(), "/nowhere") == fast);
  CHECK(locate("./none.yaml", folder.path()) == "./none.yaml"); // reading it tells
  for (const auto* name : {"fsat", "fsat.yaml"}) try {
      (void)locate(name, folder.path());
      FAIL();
    } catch (const Error& e) {
      CHECK(e.what() == "there is no config '" + std::string(name) + "', neither here nor in " +
                            folder.path().string() + "; did you mean 'fast.yaml'?");
      CHECK(e.hint() == "installed configs: fast.yaml");
    }
  CHECK_THROWS_WITH(locate("..", folder.path()), ContainsSubstring("no config '..'"));
  CHECK_THROWS_WITH(locate("", folder.path()), ContainsSubstring("no config ''"));
  CHECK_THROWS_WITH(locate("x", "/nowhere"), ContainsSubstring("neither here nor in /nowhere"));
}

TEST_CASE("config parse: a mistake in the YAML comes with a hint") {
  for (const auto* text : {"a:\n\tb: 1\n", "a: b: c\n", "a: {b", "a: 1\n  b: 2\n", "a: }\n",
                           "a: *x\n", "a: 1\n---\nb: 2\n"})
    try {
      (void)parse_text(text, "x");
      FAIL(text);
    } catch (const Error& e) {
      CAPTURE(text, e.what());
      CHECK_FALSE(e.hint().empty());
    }
}
