#include "memory/page_bitmap.hpp"

#include <catch2/catch_all.hpp>

using dhg::kPageSize;
using dhg::memory::PageBitmap;

namespace {

constexpr std::uint64_t pages(std::uint64_t n) { return n * kPageSize; }

} // namespace

TEST_CASE("page bitmap: begins empty") {
  const PageBitmap bitmap(pages(130));
  for (std::uint64_t n = 0; n < 130; ++n) REQUIRE_FALSE(bitmap.test(pages(n)));
  CHECK(bitmap.run_end(0, pages(130)) == pages(130));
}

TEST_CASE("page bitmap: sets and clears exactly the range") {
  const auto first = GENERATE(0, 1, 63, 64, 65, 127);
  const auto count = GENERATE(1, 2, 63, 64, 65, 128, 200);
  const std::uint64_t begin = static_cast<std::uint64_t>(first);
  const std::uint64_t end = begin + static_cast<std::uint64_t>(count);
  PageBitmap bitmap(pages(400));
  bitmap.set({pages(begin), pages(end - begin)});
  for (std::uint64_t n = 0; n < 400; ++n) REQUIRE(bitmap.test(pages(n)) == (n >= begin && n < end));
  CHECK(bitmap.run_end(pages(begin), pages(400)) == pages(end));
  CHECK(bitmap.run_end(pages(end), pages(400)) == pages(400));
  if (begin > 0) CHECK(bitmap.run_end(0, pages(400)) == pages(begin));

  bitmap.clear({pages(begin), pages(end - begin)});
  CHECK(bitmap.run_end(0, pages(400)) == pages(400));
  CHECK_FALSE(bitmap.test(pages(begin)));
}

TEST_CASE("page bitmap: an offset inside of a page means the page") {
  PageBitmap bitmap(pages(4));
  bitmap.set({pages(2), pages(1)});
  CHECK(bitmap.test(pages(2) + 100));
  CHECK_FALSE(bitmap.test(pages(3)));
}

TEST_CASE("page bitmap: a run ends at the limit") {
  PageBitmap bitmap(pages(300));
  bitmap.set({0, pages(300)});
  CHECK(bitmap.run_end(0, pages(1)) == pages(1));
  CHECK(bitmap.run_end(pages(10), pages(138)) == pages(138));
  CHECK(bitmap.run_end(pages(64), pages(192)) == pages(192));
}

TEST_CASE("page bitmap: an empty range changes nothing") {
  PageBitmap bitmap(pages(2));
  bitmap.set({pages(1), 0});
  CHECK_FALSE(bitmap.test(pages(1)));
}
