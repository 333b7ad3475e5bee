#include "dhg/error.hpp"
#include "snapshot/names.hpp"
#include "text/plain_name.hpp"

#include <catch2/catch_all.hpp>
#include <map>

using namespace dhg::snapshot;
using dhg::text::is_plain_name;
using dhg::text::is_version;

namespace {

auto environment(std::map<std::string, std::string> values) {
  return [values = std::move(values)](const char* name) -> std::optional<std::string> {
    const auto found = values.find(name);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  };
}

} // namespace

TEST_CASE("The cache folder comes from the environment, in order") {
  CHECK(cache_root(environment({{"DHG_CACHE_DIR", "/a"}, {"XDG_CACHE_HOME", "/b"}})) == "/a");
  CHECK(cache_root(environment({{"XDG_CACHE_HOME", "/b"}, {"HOME", "/c"}})) == "/b/dhg");
  CHECK(cache_root(environment({{"DHG_CACHE_DIR", ""}, {"HOME", "/c"}})) == "/c/.cache/dhg");
}

TEST_CASE("A cache folder that is not absolute, or none, is a mistake of the user") {
  for (const auto* name : {"DHG_CACHE_DIR", "XDG_CACHE_HOME", "HOME"}) {
    try {
      static_cast<void>(cache_root(environment({{name, "here"}})));
      FAIL("no error");
    } catch (const dhg::Error& error) {
      CHECK(error.blame() == dhg::Blame::usage);
      CHECK_THAT(error.what(), Catch::Matchers::ContainsSubstring(name));
    }
  }
  CHECK_THROWS_AS(cache_root(environment({})), dhg::Error);
}

TEST_CASE("A snapshot's name says what it is of") {
  CHECK(snapshot_name({"python", "", "qemu", {}, 512U << 20, 1, ""}) == "python-qemu-512m-1c");
  CHECK(snapshot_name({"deephaven", "41.1", "qemu", {}, UINT64_C(3) << 30, 1, "seeds"}) ==
        "deephaven-41.1-qemu-3072m-1c-seeds");
}

TEST_CASE("Options of the launcher make another snapshot") {
  const auto name = [](std::vector<std::string> options) {
    return snapshot_name({"python", "", "my-vmm", std::move(options), 512U << 20, 1, ""});
  };
  CHECK(name({"a=1"}).starts_with("python-my-vmm."));
  CHECK(name({"a=1"}).ends_with("-512m-1c"));
  CHECK(name({"a=1"}) != name({"a=2"}));
  CHECK(name({"a=1"}) != name({"a=1", "b=2"}));
  CHECK(is_plain_name(name({"a=1"})));
}

TEST_CASE("A version begins with a digit and has a dot") {
  for (const auto* text : {"41.1", "0.40.0", "0.40.0rc1", "42.7"}) CHECK(is_version(text));
  for (const auto* text :
       {"", "41", ".1", "1.", "1..2", "v1.2", "1.2 ", "1.2/3", "1.2-3", "newest"})
    CHECK_FALSE(is_version(text));
  CHECK_FALSE(is_version("1." + std::string(31, '2')));
}

TEST_CASE("A plain name stays in its folder") {
  for (const auto* name : {"memory", "python-3.11", "A_b"}) CHECK(is_plain_name(name));
  for (const auto* name : {"", ".", "..", ".hidden", "a/b", "/", "../a", "a b", "a\n", "\xc3\xa4"})
    CHECK_FALSE(is_plain_name(name));
  CHECK_FALSE(is_plain_name(std::string("a\0b", 3)));
  CHECK_FALSE(is_plain_name(std::string(201, 'a')));
}
