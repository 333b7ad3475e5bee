#include "dhg/error.hpp"
#include "snapshot_folder.hpp"

#include <catch2/catch_all.hpp>
#include <nlohmann/json.hpp>

using namespace snapshot_test;
using nlohmann::json;

namespace {

json sample() { return json::parse(to_json(sample_manifest())); }

std::string complaint(const std::string& text) {
  try {
    static_cast<void>(parse_manifest(text));
    return "";
  } catch (const dhg::Error& error) {
    return error.what();
  }
}

// With the value at `pointer` replaced.
std::string complaint_with(const char* pointer, const json& value) {
  auto root = sample();
  root[json::json_pointer(pointer)] = value;
  return complaint(root.dump());
}

} // namespace

TEST_CASE("A manifest comes back as it was written") {
  const auto text = to_json(sample_manifest());
  const auto read = parse_manifest(text);
  CHECK(to_json(read) == text);
  CHECK(read.machine.memory_bytes == 2U << 20);
  CHECK(read.files.size() == 2);
  REQUIRE(find_file(read, "state") != nullptr);
  CHECK(find_file(read, "state")->bytes == 10);
  CHECK(find_file(read, "stat") == nullptr);
}

TEST_CASE("What is not JSON is not a manifest") {
  for (const auto* text :
       {"", "{", "[]", "null", "7", "\"text\"", "\xff\xfe", "{\"format\": 1e999}"})
    CHECK_THAT(complaint(text), Catch::Matchers::ContainsSubstring("manifest is not valid"));
  CHECK_THAT(complaint(std::string(500'000, '[')),
             Catch::Matchers::ContainsSubstring("not a JSON object"));
  CHECK_THAT(complaint(to_json(sample_manifest()) + std::string(Manifest::kMaxBytes, ' ')),
             Catch::Matchers::ContainsSubstring("too large"));
}

TEST_CASE("Another format is said to be a newer or an older dhg's") {
  CHECK_THAT(complaint_with("/format", 3), Catch::Matchers::ContainsSubstring("newer dhg"));
  CHECK_THAT(complaint_with("/format", 1), Catch::Matchers::ContainsSubstring("older dhg"));
  for (const json& wrong : {json(0), json(-1), json("1"), json(1.0), json(nullptr)})
    CHECK_THAT(complaint_with("/format", wrong), Catch::Matchers::ContainsSubstring("'format'"));
}

TEST_CASE("Every member is needed, and of its own type") {
  const auto flat = sample().flatten();
  for (const auto& [pointer, value] : flat.items()) {
    INFO(pointer);
    const json::json_pointer at(pointer);
    for (const json& wrong : {json(nullptr), json::array({json::object()}), json::object(),
                              json(true), value.is_string() ? json(1) : json("1")})
      CHECK_FALSE(complaint_with(pointer.c_str(), wrong).empty());
    auto without = sample();
    if (without[at.parent_pointer()].is_array()) continue; // a shorter list is a list
    without[at.parent_pointer()].erase(at.back());
    CHECK_THAT(complaint(without.dump()),
               Catch::Matchers::ContainsSubstring("'" + at.back() + "' is missing"));
  }
  for (const auto* section :
       {"image", "guest", "launcher", "machine", "channels", "warmup", "files"}) {
    auto without = sample();
    without.erase(section);
    CHECK_THAT(complaint(without.dump()), Catch::Matchers::ContainsSubstring(section));
    CHECK_THAT(complaint_with((std::string("/") + section).c_str(), "text"),
               Catch::Matchers::ContainsSubstring(section));
  }
}

TEST_CASE("Values out of range are refused") {
  for (const auto& [pointer, value] : std::initializer_list<std::pair<const char*, json>>{
           {"/machine/vcpus", 0},
           {"/machine/vcpus", 33},
           {"/machine/vcpus", -1},
           {"/machine/vcpus", UINT64_C(1) << 32},
           {"/machine/memory_bytes", 0},
           {"/machine/memory_bytes", (2U << 20) + 4096},
           {"/machine/memory_bytes", UINT64_MAX},
           {"/machine/accelerator", "hvf"},
           {"/guest/protocol", 0},
           {"/files/0/bytes", UINT64_MAX},
           {"/files/0/bytes", -1},
           {"/files/0/bytes", 0.5},
           {"/files/0/xxh3_128", "abc"},
           {"/files/0/xxh3_128", std::string(32, 'g')},
           {"/image/digest", "../../../../../../../../../etc/a"},
           {"/image/recipe", ".."},
           {"/launcher/name", "a/b"},
           {"/created", "yesterday"},
           {"/created", "2026-01-02T03:04:05+01:00"},
           {"/warmup/0/ms/0", -1},
           {"/guest/python", std::string(5000, 'x')},
           {"/guest/python", "3.11\x1b[31m"},
           {"/channels", json::array_t(1001, "x")}}) {
    INFO(pointer << " = " << value.dump().substr(0, 60));
    CHECK_FALSE(complaint_with(pointer, value).empty());
  }
}

TEST_CASE("Files stay in the snapshot's folder, each once") {
  for (const auto* name : {"", ".", "..", "../memory", "/etc/passwd", "a/b", "a\\b", ".x"})
    CHECK_THAT(complaint_with("/files/0/name", name),
               Catch::Matchers::ContainsSubstring("plain name"));
  CHECK_THAT(complaint_with("/files/0/name", std::string("a\0b", 3)),
             Catch::Matchers::ContainsSubstring("name"));
  CHECK_THAT(complaint_with("/files/0/name", "state"), Catch::Matchers::ContainsSubstring("twice"));
}

TEST_CASE("A manifest that is cut anywhere is refused") {
  const auto text = to_json(sample_manifest());
  for (std::size_t length = 0; length + 2 < text.size(); ++length)
    if (complaint(text.substr(0, length)).empty()) FAIL("accepted " << length << " bytes");
}

TEST_CASE("A manifest with a damaged byte is read or refused, never more") {
  const auto text = to_json(sample_manifest());
  for (std::size_t at = 0; at < text.size(); ++at)
    for (const char byte : {'\0', '"', '9', '-', '{', '\xff'}) {
      auto damaged = text;
      damaged[at] = byte;
      static_cast<void>(complaint(damaged));
    }
  SUCCEED();
}
