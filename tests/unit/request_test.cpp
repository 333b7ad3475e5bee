#include "guest_link/request.hpp"

#include "dhg/error.hpp"
#include "guest_link/frames.hpp"

#include <catch2/catch_all.hpp>
#include <chrono>
#include <nlohmann/json.hpp>

using namespace dhg;
using namespace dhg::guest_link;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;

namespace {

struct Sent {
  unsigned type;
  std::string payload;
};

std::vector<Sent> split(std::string_view stream) {
  std::vector<Sent> frames;
  while (!stream.empty()) {
    REQUIRE(stream.size() >= kHeaderSize);
    std::size_t length = 0;
    for (std::size_t i = 0; i < 4; ++i)
      length |= static_cast<std::size_t>(static_cast<unsigned char>(stream[i])) << 8 * i;
    REQUIRE(stream.size() - kHeaderSize >= length);
    frames.push_back(
        {static_cast<unsigned char>(stream[4]), std::string(stream.substr(kHeaderSize, length))});
    stream.remove_prefix(kHeaderSize + length);
  }
  return frames;
}

RunRequest hello() {
  return {"print('hello')", "<string>", {"-c"}, "json-file", "def load(): ...", true};
}

} // namespace

TEST_CASE("request: the greeting") {
  const auto frames = split(encode_hello());
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].type == 0x01);
  CHECK(json::parse(frames[0].payload) == json{{"protocol", 3}});
}

TEST_CASE("request: code, channel, then what runs them") {
  const auto frames = split(encode_run(hello()));
  REQUIRE(frames.size() == 3);
  CHECK(frames[0].type == 0x02);
  CHECK(frames[0].payload == "print('hello')");
  CHECK(frames[1].type == 0x03);
  CHECK(frames[1].payload == "def load(): ...");
  CHECK(frames[2].type == 0x04);
  const auto run = json::parse(frames[2].payload);
  CHECK(run["channel"] == "json-file");
  CHECK(run["filename"] == "<string>");
  CHECK(run["argv"] == json{"-c"});
  CHECK(run["kind"] == "command");
  CHECK(run["value"] == "none");
  CHECK(run["last"] == false);
  CHECK_FALSE(run.contains("seed"));
}

TEST_CASE("request: how the program was given, and what is wanted of it") {
  auto request = hello();
  request.kind = ProgramKind::script;
  request.value = WantedValue::last;
  request.last = true;
  request.seed = UINT64_MAX;
  const auto run = json::parse(split(encode_run(request)).back().payload);
  CHECK(run["kind"] == "script");
  CHECK(run["value"] == "last");
  CHECK(run["last"] == true);
  CHECK(run["seed"] == UINT64_MAX);
}

TEST_CASE("request: an interrupt is a frame without a payload") {
  const auto frames = split(encode_interrupt());
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].type == 0x07);
  CHECK(frames[0].payload.empty());
}

TEST_CASE("request: whether tables are wanted") {
  auto request = hello();
  auto run = json::parse(split(encode_run(request)).back().payload);
  CHECK(run["show_tables"] == false);
  CHECK(run["table_meta"] == true);
  request.show_tables = true;
  request.table_meta = false;
  run = json::parse(split(encode_run(request)).back().payload);
  CHECK(run["show_tables"] == true);
  CHECK(run["table_meta"] == false);
}

TEST_CASE("request: whether updates are held") {
  auto request = hello();
  CHECK(json::parse(split(encode_run(request)).back().payload)["hold_updates"] == false);
  request.hold_updates = true;
  CHECK(json::parse(split(encode_run(request)).back().payload)["hold_updates"] == true);
}

TEST_CASE("request: the environment, and whether there is an input") {
  auto request = hello();
  auto run = json::parse(split(encode_run(request)).back().payload);
  CHECK(run["stdin"] == false);
  CHECK_FALSE(run.contains("env"));
  request.has_stdin = true;
  request.environment = {{"A", "1"}, {"B", "x=y"}};
  run = json::parse(split(encode_run(request)).back().payload);
  CHECK(run["stdin"] == true);
  CHECK(run["env"] == json{{"A", "1"}, {"B", "x=y"}});
  request.environment = {{"A", "\xff"}};
  CHECK_THROWS_AS(encode_run(request), Error);
}

TEST_CASE("request: a clone gets the time and fresh random bytes") {
  const auto before = std::chrono::system_clock::now().time_since_epoch();
  const auto first = json::parse(split(encode_run(hello())).back().payload);
  const auto second = json::parse(split(encode_run(hello())).back().payload);
  const auto after = std::chrono::system_clock::now().time_since_epoch();
  CHECK(first["now_ns"] >= std::chrono::nanoseconds(before).count());
  CHECK(second["now_ns"] <= std::chrono::nanoseconds(after).count());
  const auto entropy = first["entropy"].get<std::string>();
  CHECK(entropy.size() == 128);
  CHECK(entropy.find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(first["entropy"] != second["entropy"]);
}

TEST_CASE("request: a guest that was booted keeps its clock") {
  auto request = hello();
  request.renew_clone = false;
  const auto run = json::parse(split(encode_run(request)).back().payload);
  CHECK(run["now_ns"] == 0);
  CHECK(run["entropy"] == "");
}

TEST_CASE("request: long code goes in pieces, nothing of it is lost") {
  auto request = hello();
  request.code.clear();
  while (request.code.size() < 3 * kMaxPayloadToGuest) request.code += "x = 1 # \u00e4\n";
  std::string received;
  for (const auto& frame : split(encode_run(request))) {
    CHECK(frame.payload.size() <= kMaxPayloadToGuest);
    if (frame.type == 0x02) received += frame.payload;
  }
  CHECK(received == request.code);
}

TEST_CASE("request: what cannot be sent is the user's to mend") {
  auto request = hello();
  SECTION("an argument that is not UTF-8") { request.argv = {"\xff"}; }
  SECTION("a name that is not UTF-8") { request.filename = std::string("\xc3"); }
  SECTION("too many arguments") { request.argv = {std::string(kMaxPayloadToGuest, 'x')}; }
  try {
    (void)encode_run(request);
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.blame() == Blame::usage);
  }
}

TEST_CASE("request: setup") {
  const auto frames = split(encode_setup({"deephaven", {"-Xmx1g"}, {"numpy"}}));
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].type == 0x06);
  CHECK(frames[0].payload ==
        R"({"executor":"deephaven","jvm_args":["-Xmx1g"],"modules":["numpy"]})");
}

TEST_CASE("request: quiesce") {
  for (const auto& [scrub_bytes, payload] :
       {std::pair{std::uint64_t{0}, R"({"scrub_bytes":0})"},
        std::pair{UINT64_C(1) << 40, R"({"scrub_bytes":1099511627776})"}}) {
    const auto frames = split(encode_quiesce(scrub_bytes));
    REQUIRE(frames.size() == 1);
    CHECK(frames[0].type == 0x05);
    CHECK(frames[0].payload == payload);
  }
}
