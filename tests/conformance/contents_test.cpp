// What a guest reads and writes, in every order, is what the snapshot held.

#include "fixture.hpp"

#include <algorithm>
#include <catch2/catch_all.hpp>
#include <cstring>

using namespace dhg;
using namespace dhg::conformance;
using fakes::Op;
using fakes::Order;

TEST_CASE("A guest reads what the snapshot holds, in whatever order it reads") {
  const auto layout = GENERATE(one_region(), several_regions());
  const auto order = GENERATE(Order::sequential, Order::reverse, Order::random);
  for (auto& server : all_page_servers()) {
    INFO(server.name << ", " << layout << ", order " << static_cast<int>(order));
    Served served(layout, server);
    REQUIRE(served.attach());
    for (const auto& region : layout.regions) CHECK(served.read_and_compare(region, order) == "");
    CHECK(served.failure() == "");
  }
}

TEST_CASE("Several threads of a guest that read at once all read what the snapshot holds") {
  for (auto& server : all_page_servers()) {
    INFO(server.name);
    Served served(one_region(), server);
    REQUIRE(served.attach());
    CHECK(served.read_and_compare({0, served.layout().size}, Order::random, 4) == "");
  }
}

TEST_CASE("Threads that wait for the same page are all woken") {
  for (auto& server : all_page_servers()) {
    INFO(server.name);
    Served served(full_region(kMiB), server);
    REQUIRE(served.attach());
    const auto reply = served.vm().run({Op::touch_together, Order::random, 3, 5, 0, kMiB});
    REQUIRE(reply);
    CHECK(reply->wrong == 0);
  }
}

TEST_CASE("A guest reads back what it wrote, and the memory file stays as it was") {
  for (auto& server : all_page_servers()) {
    INFO(server.name);
    Served served(one_region(), server);
    const auto before = served.file().contents();
    REQUIRE(served.attach());
    const ByteRange range{0, served.layout().size};
    REQUIRE(served.vm().run({Op::write, Order::random, 1, 77, range.offset, range.length}));
    REQUIRE(served.vm().run({Op::read, Order::sequential, 1, 0, range.offset, range.length}));
    std::uint64_t unlike = 0;
    for (auto offset = range.offset; offset < range.end(); offset += kPageSize) {
      std::uint64_t word = 0;
      std::memcpy(&word, served.vm().seen(offset), sizeof word);
      if (word != 77) ++unlike;
      if (std::memcmp(served.vm().seen(offset) + 8, before.data() + offset + 8, kPageSize - 8) != 0)
        ++unlike;
    }
    CHECK(unlike == 0);
    CHECK(served.file().contents() == before);
  }
}

TEST_CASE("Holes of the memory file read as zeros without a copy") {
  const Layout layout{"hole", kMiB, {}, {{0, kMiB}}};
  for (auto& server : all_page_servers()) {
    INFO(server.name);
    Served served(layout, server);
    REQUIRE(served.attach());
    CHECK(served.read_zeros({0, kMiB}) == "");
    CHECK(served.stats().copied_bytes == 0);
  }
}

TEST_CASE("Pages that were installed before do not stop the installing of a larger range") {
  // Every other page first, so that what is installed as a chunk meets them all.
  for (auto& server : lazy_page_servers()) {
    INFO(server.name);
    Served served(full_region(2 * kMiB + 4 * kKiB), server);
    REQUIRE(served.attach());
    for (std::uint64_t offset = 0; offset < kMiB; offset += 2 * kPageSize)
      REQUIRE(served.vm().run({Op::write, Order::sequential, 1, 9, offset, kPageSize}));
    CHECK(served.read_and_compare({kMiB, kMiB + 4 * kKiB}, Order::random, 2) == "");
    for (std::uint64_t offset = kPageSize; offset < kMiB; offset += 2 * kPageSize)
      REQUIRE(served.read_and_compare({offset, kPageSize}, Order::sequential) == "");
  }
}

TEST_CASE("Pages that somebody else installed are left as they are, and stop no larger range") {
  // The kernel copies up to the page that is there, then says EEXIST: the first and
  // the last page of the region, of a chunk, neighbours, and single ones.
  const Layout layout{
      "full", 4 * kMiB + 12 * kKiB, {{0, 4 * kMiB + 12 * kKiB}}, {{0, 4 * kMiB + 12 * kKiB}}};
  const std::vector<ByteRange> present{{0, kPageSize},
                                       {64 * kKiB, 3 * kPageSize},
                                       {kMiB + 4 * kKiB, kPageSize},
                                       {2 * kMiB - kPageSize, 2 * kPageSize},
                                       {layout.size - kPageSize, kPageSize}};
  for (auto& server : lazy_page_servers()) {
    INFO(server.name);
    Served served(layout, server, {}, present);
    REQUIRE(served.attach());
    REQUIRE(served.vm().run({Op::read, Order::random, 2, 3, 0, layout.size}));
    const auto file = served.file().contents();
    std::uint64_t unlike = 0;
    for (std::uint64_t offset = 0; offset < layout.size; offset += kPageSize) {
      const bool was_there = std::any_of(present.begin(), present.end(),
                                         [&](const auto& range) { return range.contains(offset); });
      std::vector<std::byte> expected(
          file.begin() + static_cast<std::ptrdiff_t>(offset),
          file.begin() + static_cast<std::ptrdiff_t>(offset + kPageSize));
      if (was_there) {
        std::fill(expected.begin(), expected.end(), std::byte{0});
        std::memcpy(expected.data(), &fakes::kPresentMark, sizeof fakes::kPresentMark);
      }
      if (std::memcmp(served.vm().seen(offset), expected.data(), kPageSize) != 0) ++unlike;
    }
    CHECK(unlike == 0);
    CHECK(served.failure() == "");
  }
}

TEST_CASE("Every byte that was copied or zeroed is counted once") {
  for (auto& server : lazy_page_servers()) {
    INFO(server.name);
    const auto layout = one_region();
    Served served(layout, server);
    REQUIRE(served.attach());
    REQUIRE(served.read_and_compare({0, layout.size}, Order::random) == "");
    std::uint64_t data = 0;
    for (const auto& range : layout.data) data += range.length;
    CHECK(served.stats().copied_bytes == data);
    CHECK(served.stats().zeroed_bytes == layout.size - data);
    CHECK(served.stats().removed_bytes == 0);
    CHECK(served.stats().faults > 0);
  }
}
