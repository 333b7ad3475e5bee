#include "dhg/error.hpp"
#include "snapshot/digest.hpp"
#include "snapshot_folder.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <xxhash.h>
#include <catch2/catch_all.hpp>
#include <random>

using namespace snapshot_test;

namespace {

std::string digest_of_text(const std::string& text) {
  const auto value = XXH3_128bits(text.data(), text.size());
  return fmt::format("{:016x}{:016x}", value.high64, value.low64);
}

} // namespace

TEST_CASE("A file's digest is that of its bytes") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "file";
  std::string text;
  for (const std::size_t size : {0U, 1U, 4095U, 4096U, 262'143U, 262'145U, 3'000'000U}) {
    text.resize(size, 'x');
    write_text(path, text);
    CHECK(digest_of_file(path) == digest_of_text(text));
  }
}

TEST_CASE("A sparse file has the digest of its plain bytes") {
  const TemporaryFolder folder;
  std::mt19937 random(7);
  for (int round = 0; round < 20; ++round) {
    constexpr std::size_t kSize = 3 * 1024 * 1024 + 123;
    std::string text(kSize, '\0');
    const auto path = folder.path() / "sparse";
    fs::remove(path);
    write_text(path, "");
    fs::resize_file(path, kSize);
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    for (int i = 0; i < round; ++i) { // none at all in the first round
      const std::size_t at = random() % (kSize - 9000);
      const std::string piece(1 + random() % 9000, static_cast<char>('a' + i));
      text.replace(at, piece.size(), piece);
      file.seekp(static_cast<std::streamoff>(at));
      file << piece;
    }
    file.close();
    INFO(round);
    CHECK(digest_of_file(path) == digest_of_text(text));
  }
}

TEST_CASE("What is not a regular file has no digest, and nobody waits for it") {
  const TemporaryFolder folder;
  REQUIRE(mkfifo((folder.path() / "pipe").c_str(), 0600) == 0);
  CHECK_THROWS_AS(digest_of_file(folder.path() / "pipe"), dhg::Error);
  CHECK_THROWS_AS(digest_of_file(folder.path()), dhg::Error);
  CHECK_THROWS_AS(digest_of_file(folder.path() / "missing"), dhg::Error);
}

TEST_CASE("A recipe's digest depends on names, contents and modes only") {
  const TemporaryFolder folder;
  const auto recipe = folder.path() / "recipe";
  fs::create_directories(recipe / "below");
  write_text(recipe / "a", "1");
  write_text(recipe / "below/b", "2");
  const auto digest = digest_of_tree({recipe});

  SECTION("copied elsewhere") {
    fs::copy(recipe, folder.path() / "copy", fs::copy_options::recursive);
    CHECK(digest_of_tree({folder.path() / "copy"}) == digest);
  }
  SECTION("leftovers") {
    fs::create_directories(recipe / "__pycache__");
    write_text(recipe / "__pycache__/c", "3");
    CHECK(digest_of_tree({recipe}) == digest);
  }
  SECTION("contents") {
    write_text(recipe / "below/b", "3");
    CHECK(digest_of_tree({recipe}) != digest);
  }
  SECTION("name") {
    fs::rename(recipe / "a", recipe / "c");
    CHECK(digest_of_tree({recipe}) != digest);
  }
  SECTION("executable") {
    fs::permissions(recipe / "a", fs::perms::owner_all);
    CHECK(digest_of_tree({recipe}) != digest);
  }
}
