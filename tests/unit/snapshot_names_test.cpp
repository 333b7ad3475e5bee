#include "dhg/error.hpp"
#include "snapshot/names.hpp"

#include <catch2/catch.hpp>
#include <map>

using namespace dhg::snapshot;

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
      CHECK_THAT(error.what(), Catch::Contains(name));
    }
  }
  CHECK_THROWS_AS(cache_root(environment({})), dhg::Error);
}

TEST_CASE("A snapshot's name says what it is of, and how to make it") {
  CHECK(snapshot_name("python", "qemu", 512U << 20, 1) == "python-qemu-512m-1c");
  CHECK(prepare_command("python-qemu-512m-1c") ==
        "dhg vm prepare --image python --set machine.memory=512MiB");
  CHECK(prepare_command(snapshot_name("my-own-image", "qemu", UINT64_C(4608) << 20, 2)) ==
        "dhg vm prepare --image my-own-image --set machine.memory=4608MiB "
        "--set machine.vcpus=2");
  CHECK(prepare_command("python-firecracker-512m-1c") ==
        "dhg vm prepare --image python --set machine.memory=512MiB "
        "--set launcher.plugin=firecracker");
  for (const auto* name : {"", "-", "a", "a-b", "a-b-c", "a-b-c-d", "---"})
    CHECK(prepare_command(name) == "dhg vm prepare");
}

TEST_CASE("A plain name stays in its folder") {
  for (const auto* name : {"memory", "python-3.11", "A_b"}) CHECK(is_plain_name(name));
  for (const auto* name : {"", ".", "..", ".hidden", "a/b", "/", "../a", "a b", "a\n", "\xc3\xa4"})
    CHECK_FALSE(is_plain_name(name));
  CHECK_FALSE(is_plain_name(std::string("a\0b", 3)));
  CHECK_FALSE(is_plain_name(std::string(201, 'a')));
}
