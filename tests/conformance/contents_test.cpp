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
    INFO(server.name << ", " << layout << ", read " << in_words(order));
    Served served(layout, server);
    NEED("the page server attaches within 10 s", served.attach());
    for (const auto& region : layout.regions)
      WANT("the guest reads what the snapshot held", served.read_and_compare(region, order));
    WANT("nothing goes wrong while memory is served", served.failure());
  }
}

TEST_CASE("Several threads of a guest that read at once all read what the snapshot holds") {
  for (auto& server : all_page_servers()) {
    INFO(server.name);
    Served served(one_region(), server);
    NEED("the page server attaches within 10 s", served.attach());
    WANT("the guest reads what the snapshot held",
         served.read_and_compare({0, served.layout().size}, Order::random, 4));
  }
}

TEST_CASE("Threads that wait for the same page are all woken") {
  for (auto& server : all_page_servers()) {
    INFO(server.name);
    Served served(full_region(kMiB), server);
    NEED("the page server attaches within 10 s", served.attach());
    const auto reply = served.vm().run({Op::touch_together, Order::random, 3, 5, 0, kMiB});
    NEED("the guest answers within 10 s", done(reply));
    WANT("no page has other bytes than it should", no_pages(reply->wrong));
  }
}

TEST_CASE("A guest reads back what it wrote, and the memory file stays as it was") {
  for (auto& server : all_page_servers()) {
    INFO(server.name);
    Served served(one_region(), server);
    const auto before = served.file().contents();
    NEED("the page server attaches within 10 s", served.attach());
    const ByteRange range{0, served.layout().size};
    NEED("the guest writes to its memory within 10 s",
         done(served.vm().run({Op::write, Order::random, 1, 77, range.offset, range.length})));
    NEED("the guest reads its memory within 10 s",
         done(served.vm().run({Op::read, Order::sequential, 1, 0, range.offset, range.length})));
    std::uint64_t unlike = 0;
    for (auto offset = range.offset; offset < range.end(); offset += kPageSize) {
      std::uint64_t word = 0;
      std::memcpy(&word, served.vm().seen(offset), sizeof word);
      if (word != 77) ++unlike;
      if (std::memcmp(served.vm().seen(offset) + 8, before.data() + offset + 8, kPageSize - 8) != 0)
        ++unlike;
    }
    WANT("no page differs from what was written to it, and beside that from the file",
         no_pages(unlike));
    WANT("the memory file is as it was before the guest wrote", served.file().contents() == before);
  }
}

TEST_CASE("Holes of the memory file read as zeros without a copy") {
  const Layout layout{"hole", kMiB, {}, {{0, kMiB}}};
  for (auto& server : all_page_servers()) {
    INFO(server.name);
    Served served(layout, server);
    NEED("the page server attaches within 10 s", served.attach());
    WANT("the guest reads zeros", served.read_zeros({0, kMiB}));
    WANT("no bytes are copied", equal(served.stats().copied_bytes, 0U));
  }
}

TEST_CASE("Pages that were installed before do not stop the installing of a larger range") {
  // Every other page first, so that what is installed as a chunk meets them all.
  for (auto& server : lazy_page_servers()) {
    INFO(server.name);
    Served served(full_region(2 * kMiB + 4 * kKiB), server);
    NEED("the page server attaches within 10 s", served.attach());
    for (std::uint64_t offset = 0; offset < kMiB; offset += 2 * kPageSize)
      NEED("the guest writes to its memory within 10 s",
           done(served.vm().run({Op::write, Order::sequential, 1, 9, offset, kPageSize})));
    WANT("the guest reads what the snapshot held",
         served.read_and_compare({kMiB, kMiB + 4 * kKiB}, Order::random, 2));
    for (std::uint64_t offset = kPageSize; offset < kMiB; offset += 2 * kPageSize)
      NEED("the guest reads what the snapshot held",
           served.read_and_compare({offset, kPageSize}, Order::sequential));
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
    Served served(layout, server, within_seconds(), present);
    NEED("the page server attaches within 10 s", served.attach());
    NEED("the guest reads its memory within 10 s",
         done(served.vm().run({Op::read, Order::random, 2, 3, 0, layout.size})));
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
    WANT("no page differs from what it was, if it was there, and else from the snapshot",
         no_pages(unlike));
    WANT("nothing goes wrong while memory is served", served.failure());
  }
}

TEST_CASE("Every byte that was copied or zeroed is counted once") {
  for (auto& server : lazy_page_servers()) {
    INFO(server.name);
    const auto layout = one_region();
    Served served(layout, server);
    NEED("the page server attaches within 10 s", served.attach());
    NEED("the guest reads what the snapshot held",
         served.read_and_compare({0, layout.size}, Order::random));
    std::uint64_t data = 0;
    for (const auto& range : layout.data) data += range.length;
    WANT("all data is copied once, in bytes", equal(served.stats().copied_bytes, data));
    WANT("all holes are zeroed once, in bytes",
         equal(served.stats().zeroed_bytes, layout.size - data));
    WANT("no bytes are removed", equal(served.stats().removed_bytes, 0U));
    WANT("at least one fault is counted", equal(served.stats().faults > 0, true));
  }
}
