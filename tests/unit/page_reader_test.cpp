#include "memory/page_reader.hpp"

#include "dhg/error.hpp"
#include "memory/page_source.hpp"
#include "memory_file.hpp"

#include <unistd.h>
#include <algorithm>
#include <atomic>
#include <catch2/catch_all.hpp>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

using namespace dhg;
using fakes::kKiB;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kSize = 5 * 1024 * kKiB + 12 * kKiB;

// Data and holes that do not end where frames do.
fakes::MemoryFile memory_file() {
  return {kSize,
          {{0, 8 * kKiB},
           {60 * kKiB, 12 * kKiB},
           {2048 * kKiB, 1500 * kKiB},
           {kSize - 4 * kKiB, 4 * kKiB}}};
}

// On the disk: where /tmp is in memory, O_DIRECT may not be possible.
class Copy {
 public:
  explicit Copy(const fs::path& memory) : path(memory.string() + ".zst") {}
  ~Copy() { fs::remove(path); }
  const fs::path path;
};

void check_all(const memory::PageReader& reader, const std::vector<std::byte>& contents) {
  for (const std::uint64_t step : {4 * kKiB, 64 * kKiB, 260 * kKiB, reader.longest()}) {
    for (std::uint64_t at = 0; at < kSize; at += step) {
      const ByteRange range{at, std::min(step, kSize - at)};
      const auto* bytes = reader.fetch(range);
      REQUIRE(bytes != nullptr);
      REQUIRE(std::memcmp(bytes, contents.data() + at, range.length) == 0);
    }
  }
}

} // namespace

TEST_CASE("page readers: past the page cache the bytes are the same") {
  const auto file = memory_file();
  std::unique_ptr<memory::PageReader> reader;
  try {
    reader = memory::make_direct_reader(file.path());
  } catch (const Error& error) {
    WARN("O_DIRECT is not possible here: " << error.what());
    return;
  }
  check_all(*reader, file.contents());
  REQUIRE(truncate(file.path().c_str(), 64 * kKiB) == 0);
  CHECK(reader->fetch({128 * kKiB, 4 * kKiB}) == nullptr);
}

TEST_CASE("page readers: a compressed copy has the same bytes, from several threads too") {
  const auto file = memory_file();
  const Copy copy(file.path());
  memory::write_compressed_copy(file.path(), copy.path, "binding");
  CHECK(fs::file_size(copy.path) < kSize);
  const auto reader = memory::open_compressed_copy(copy.path, file.path(), kSize, "binding");
  REQUIRE(reader);
  const auto contents = file.contents();
  check_all(*reader, contents);
  std::atomic<int> wrong{0};
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t i = 0; i < 3; ++i) {
      threads.emplace_back([&, i] {
        for (std::uint64_t at = i * 4 * kKiB; at < kSize; at += 12 * kKiB) {
          const auto* bytes = reader->fetch({at, 4 * kKiB});
          if (bytes == nullptr || std::memcmp(bytes, contents.data() + at, 4 * kKiB) != 0) ++wrong;
        }
      });
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("page readers: a compressed copy of something else, or a damaged one, is none") {
  const auto file = memory_file();
  const Copy copy(file.path());
  CHECK(memory::open_compressed_copy(copy.path, file.path(), kSize, "binding") == nullptr);
  memory::write_compressed_copy(file.path(), copy.path, "binding");
  CHECK(memory::open_compressed_copy(copy.path, file.path(), kSize, "other") == nullptr);
  CHECK(memory::open_compressed_copy(copy.path, file.path(), kSize + kPageSize, "binding") ==
        nullptr);
  const auto size = fs::file_size(copy.path);
  const auto contents = file.contents();
  for (std::uintmax_t at = 0; at < size; at += 1 + size / 400) {
    memory::write_compressed_copy(file.path(), copy.path, "binding");
    {
      std::fstream bytes(copy.path, std::ios::in | std::ios::out);
      bytes.seekg(static_cast<std::streamoff>(at));
      const auto old = static_cast<char>(bytes.get());
      bytes.seekp(static_cast<std::streamoff>(at));
      bytes.put(static_cast<char>(old ^ 0x20));
    }
    const auto reader = memory::open_compressed_copy(copy.path, file.path(), kSize, "binding");
    if (!reader) continue;
    // Never wrong bytes: a frame whose checksum is not right comes from the memory file.
    for (std::uint64_t page = 0; page < kSize; page += 64 * kKiB) {
      const auto* bytes = reader->fetch({page, 4 * kKiB});
      REQUIRE(bytes != nullptr);
      REQUIRE(std::memcmp(bytes, contents.data() + page, 4 * kKiB) == 0);
    }
  }
  for (const auto length : {std::uintmax_t{0}, std::uintmax_t{100}, size - 1}) {
    memory::write_compressed_copy(file.path(), copy.path, "binding");
    fs::resize_file(copy.path, length);
    CHECK(memory::open_compressed_copy(copy.path, file.path(), kSize, "binding") == nullptr);
  }
}

TEST_CASE("page readers: a copy that turns out damaged is removed, to be made anew") {
  const auto file = memory_file();
  const Copy copy(file.path());
  memory::write_compressed_copy(file.path(), copy.path, "binding");
  {
    const auto reader = memory::open_compressed_copy(copy.path, file.path(), kSize, "binding");
    REQUIRE(reader);
    check_all(*reader, file.contents());
    CHECK_FALSE(reader->damaged());
  }
  REQUIRE(fs::exists(copy.path));
  {
    std::fstream bytes(copy.path, std::ios::in | std::ios::out);
    bytes.seekp(static_cast<std::streamoff>(fs::file_size(copy.path)) - 20);
    bytes << "damaged";
  }
  {
    const auto reader = memory::open_compressed_copy(copy.path, file.path(), kSize, "binding");
    REQUIRE(reader);
    check_all(*reader, file.contents());
    CHECK(reader->damaged());
  }
  CHECK_FALSE(fs::exists(copy.path));
}

TEST_CASE("page readers: one at the address of another has its own pages") {
  const fakes::MemoryFile first(kSize, {{0, kSize}});
  const fakes::MemoryFile second(kSize, {});
  const Copy one(first.path());
  const Copy two(second.path());
  memory::write_compressed_copy(first.path(), one.path, "binding");
  memory::write_compressed_copy(second.path(), two.path, "binding");
  for (int i = 0; i < 20; ++i) {
    const auto& file = i % 2 == 0 ? first : second;
    const auto reader = memory::open_compressed_copy(i % 2 == 0 ? one.path : two.path, file.path(),
                                                     kSize, "binding");
    const auto* bytes = reader->fetch({0, 4 * kKiB});
    REQUIRE(bytes != nullptr);
    REQUIRE(std::memcmp(bytes, file.contents().data(), 4 * kKiB) == 0);
  }
}

TEST_CASE("page readers: making a copy can be broken off") {
  const auto file = memory_file();
  const Copy copy(file.path());
  static os::SignalFd signals;
  const os::Ear ear(signals, deadline_in(std::chrono::seconds(0)));
  CHECK_THROWS_AS(memory::write_compressed_copy(file.path(), copy.path, "binding", &ear),
                  os::Interrupted);
  CHECK(memory::open_compressed_copy(copy.path, file.path(), kSize, "binding") == nullptr);
}
