#include "memory/page_source.hpp"

#include "dhg/error.hpp"
#include "memory_file.hpp"
#include "os/page_cache.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <algorithm>
#include <catch2/catch_all.hpp>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

using namespace dhg;
using Catch::Matchers::ContainsSubstring;
using fakes::kKiB;
using fakes::MemoryFile;
using memory::FilePageSource;

namespace {

std::vector<ByteRange> extents_of(const FilePageSource& source) {
  const auto extents = source.data_extents();
  return {extents.begin(), extents.end()};
}

bool covered(const std::vector<ByteRange>& extents, std::uint64_t offset) {
  for (const auto& extent : extents)
    if (extent.contains(offset)) return true;
  return false;
}

// How much of `file` this process has mapped and in memory.
std::uint64_t mapped_kib(const std::filesystem::path& file) {
  std::ifstream maps("/proc/self/smaps");
  bool found = false;
  for (std::string line; std::getline(maps, line);) {
    if (line.ends_with(file.string())) found = true;
    if (found && line.starts_with("Rss:")) return std::stoull(line.substr(4));
  }
  return 0;
}

} // namespace

TEST_CASE("page source: extents are sorted, disjoint, aligned and hold all data") {
  const std::vector<ByteRange> data{
      {0, 8 * kKiB}, {1024 * kKiB, 64 * kKiB}, {4092 * kKiB, 4 * kKiB}};
  const MemoryFile file(4096 * kKiB, data);
  const FilePageSource source(file.path());
  CHECK(source.size() == 4096 * kKiB);
  const auto extents = extents_of(source);
  std::uint64_t end = 0;
  for (const auto& extent : extents) {
    CHECK((extent.offset | extent.length) % kPageSize == 0);
    CHECK(extent.length > 0);
    CHECK(extent.offset >= end);
    end = extent.end();
  }
  CHECK(end <= source.size());
  for (const auto& range : data)
    for (auto at = range.offset; at < range.end(); at += kPageSize) REQUIRE(covered(extents, at));
  CHECK_FALSE(covered(extents, 2048 * kKiB));
}

TEST_CASE("page source: nothing but a hole, nothing but data") {
  const MemoryFile hole(64 * kKiB, {});
  CHECK(extents_of(FilePageSource(hole.path())).empty());
  const MemoryFile full(64 * kKiB, {{0, 64 * kKiB}});
  CHECK(extents_of(FilePageSource(full.path())) == std::vector<ByteRange>{{0, 64 * kKiB}});
}

TEST_CASE("page source: what is no memory file is refused") {
  const MemoryFile file(8 * kKiB, {});
  SECTION("empty") {
    file.truncate(0);
    CHECK_THROWS_WITH(FilePageSource(file.path()), ContainsSubstring("not a file with contents"));
  }
  SECTION("not whole pages") {
    file.truncate(5000);
    CHECK_THROWS_WITH(FilePageSource(file.path()), ContainsSubstring("5000 bytes"));
  }
  SECTION("missing") {
    CHECK_THROWS_WITH(FilePageSource(file.path() / "none"), ContainsSubstring("cannot open"));
  }
  SECTION("a folder") {
    CHECK_THROWS_WITH(FilePageSource(file.path().parent_path()), ContainsSubstring("not a file"));
  }
  SECTION("a device") {
    CHECK_THROWS_WITH(FilePageSource("/dev/zero"), ContainsSubstring("not a file"));
  }
}

TEST_CASE("page source: data that was cut off is not taken for a hole") {
  const MemoryFile file(64 * kKiB, {{0, 64 * kKiB}});
  const FilePageSource source(file.path());
  file.truncate(32 * kKiB);
  CHECK_THROWS_WITH(source.data_extents(), ContainsSubstring("memory file was truncated"));
  CHECK_THROWS_AS(source.data_extents(), Error);
}

TEST_CASE("page source: read-ahead takes any range") {
  const MemoryFile file(64 * kKiB, {{0, 64 * kKiB}});
  const FilePageSource source(file.path());
  source.will_need({0, 64 * kKiB});
  source.will_need({60 * kKiB, 1024 * kKiB});
  source.will_need({1024 * kKiB, 4 * kKiB});
  source.will_need({0, 0});
  SUCCEED("it is only advice");
}

TEST_CASE("page source: what was mapped is let go, and there again when it is fetched") {
  constexpr std::uint64_t kSize = 1024 * kKiB;
  const MemoryFile file(kSize, {{0, kSize}});
  const FilePageSource source(file.path());
  source.read_now({0, kSize});
  CHECK(mapped_kib(file.path()) == kSize / kKiB);
  source.let_go();
  CHECK(mapped_kib(file.path()) == 0);
  ByteRange range{4 * kKiB, 8 * kKiB};
  const auto* bytes = source.fetch(range);
  REQUIRE(bytes != nullptr);
  CHECK(std::memcmp(bytes, file.contents().data() + range.offset, range.length) == 0);
}

TEST_CASE("page source: finding the extent of an offset, or the next one") {
  const std::vector<ByteRange> extents{{4096, 4096}, {16384, 8192}};
  const auto find = [&](std::uint64_t offset) { return memory::find_extent(extents, offset); };
  CHECK(find(0) == &extents[0]);
  CHECK(find(4096) == &extents[0]);
  CHECK(find(8191) == &extents[0]);
  CHECK(find(8192) == &extents[1]);
  CHECK(find(20480) == &extents[1]);
  CHECK(find(24576) == nullptr);
  CHECK(memory::find_extent({}, 0) == nullptr);
}

TEST_CASE("byte ranges: intersection") {
  CHECK(intersect({0, 10}, {5, 10}) == ByteRange{5, 5});
  CHECK(intersect({0, 10}, {0, 10}) == ByteRange{0, 10});
  CHECK(intersect({0, 5}, {5, 5}).length == 0);
  CHECK(intersect({20, 5}, {0, 5}).length == 0);
  CHECK(ByteRange{4096, 4096}.contains(8191));
  CHECK_FALSE(ByteRange{4096, 4096}.contains(8192));
  CHECK_FALSE(ByteRange{4096, 4096}.contains(0));
}

TEST_CASE("page source: a page from the disk brings no others along, a range comes whole") {
  // On /var/tmp, for /tmp may be a tmpfs, whose pages are all there is of its files.
  auto name = (std::filesystem::path("/var/tmp") / "dhg-test-XXXXXX").string();
  const UniqueFd fd(mkstemp(name.data()));
  REQUIRE(fd);
  const std::string text(8192 * kKiB, 'x');
  REQUIRE(write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  const FilePageSource source(name);
  os::drop_pages(name);
  const auto resident = [&](std::uint64_t from, std::uint64_t to) {
    const auto pages = os::resident_pages(name);
    const auto at = [&](std::uint64_t page) {
      return pages.begin() + static_cast<std::ptrdiff_t>(page);
    };
    return static_cast<std::uint64_t>(std::count(at(from), at(to), true));
  };
  REQUIRE(resident(0, 2048) == 0);
  ByteRange page{1024 * kPageSize, kPageSize};
  const volatile auto* byte = source.fetch(page);
  CHECK(*byte == std::byte{'x'});
  // What the kernel reads as one folio comes together.
  CHECK(resident(0, 2048) <= 16);
  ByteRange range{100 * kPageSize, 64 * kPageSize};
  REQUIRE(source.fetch(range) != nullptr);
  CHECK(range.length == 64 * kPageSize);
  CHECK(resident(100, 164) == 64);
  unlink(name.c_str());
}
