#include "firecracker/version.hpp"

#include "dhg/error.hpp"
#include "temporary_folder.hpp"

#include <catch2/catch_all.hpp>
#include <filesystem>
#include <fstream>

using namespace dhg_firecracker;
using Catch::Matchers::ContainsSubstring;
namespace fs = std::filesystem;
using dhg::fakes::TemporaryFolder;

namespace {

// A program that says `text` and exits with `status`.
class Program {
 public:
  Program(const std::string& text, int status) {
    std::ofstream(path()) << "#!/bin/sh\nprintf '" << text << "'\nexit " << status << "\n";
    fs::permissions(path(), fs::perms::owner_all);
  }
  [[nodiscard]] fs::path path() const { return folder_ / "firecracker"; }

 private:
  TemporaryFolder folder_;
};

} // namespace

TEST_CASE("Firecracker's version: what it says is read") {
  CHECK(parse_version("Firecracker v1.16.1\n\n") == Version{1, 16, 1});
  CHECK(parse_version("Firecracker v1.17.0-dev\n") == Version{1, 17, 0});
  CHECK(parse_version("1.16.2") == Version{1, 16, 2});
  for (const auto* text : {"", "Firecracker", "v1", "v1.16", "v1.16.", "v1.x.1", "\nv1.16.1",
                           "v99999999999999999999.1.1"})
    CHECK_FALSE(parse_version(text));
}

TEST_CASE("Firecracker's version: later is more") {
  CHECK(Version{1, 16, 1} >= kLeastVersion);
  CHECK(Version{1, 17, 0} > kLeastVersion);
  CHECK(Version{2, 0, 0} > kLeastVersion);
  CHECK(Version{1, 16, 0} < kLeastVersion);
  CHECK(Version{1, 9, 9} < kLeastVersion);
  CHECK(to_string(kLeastVersion) == "1.16.1");
}

TEST_CASE("Firecracker's version: a program that tells none is refused") {
  CHECK(ask_version(Program("Firecracker v1.16.1\\n", 0).path()) == Version{1, 16, 1});
  CHECK_THROWS_WITH(ask_version(Program("hello\\n", 0).path()),
                    ContainsSubstring("tells no version"));
  CHECK_THROWS_WITH(ask_version(Program("v1.16.1\\n", 3).path()), ContainsSubstring("status 3"));
  CHECK_THROWS_WITH(ask_version("/nowhere/firecracker"), ContainsSubstring("cannot start"));
}
