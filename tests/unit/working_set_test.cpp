#include "adaptive_chunk.hpp"
#include "working_set/plan.hpp"
#include "working_set/record.hpp"

#include "memory/page_source.hpp"
#include "memory_file.hpp"

#include <algorithm>
#include <catch2/catch_all.hpp>

using namespace dhg;
using namespace dhg_working_set;

namespace {

constexpr std::uint64_t kPages = 1000;

Record record_of(std::vector<Trace> whole, std::vector<Trace> missed = {}) {
  return {std::move(whole), std::move(missed)};
}

std::vector<ByteRange> ranges_of(const Plan& plan) {
  return {plan.ranges().begin(), plan.ranges().end()};
}

ByteRange pages(std::uint64_t first, std::uint64_t count) {
  return {first * kPageSize, count * kPageSize};
}

} // namespace

TEST_CASE("working set: a record is read as it was written") {
  const auto record = record_of({{1, 2, 3}, {}, {7}}, {{999}});
  const auto again = decode(encode(record), kPages);
  CHECK(again.whole == record.whole);
  CHECK(again.missed == record.missed);
}

TEST_CASE("working set: a record that is not plausible is none") {
  const auto good = encode(record_of({{1, 2, 3}}));
  for (std::size_t length = 0; length < good.size(); ++length)
    CHECK(decode(good.substr(0, length), kPages).whole.empty());
  CHECK(decode(good + "x", kPages).whole.empty());
  CHECK(decode(good, 3).whole.empty());                                // a page behind the end
  CHECK(decode(encode(record_of({{5, 6, 5}})), kPages).whole.empty()); // one twice
  CHECK(decode(encode(record_of(std::vector<Trace>(Record::kMaxWhole + 1))), kPages).whole.empty());
  auto huge = good;
  huge[12] = huge[13] = huge[14] = huge[15] = '\xff'; // the first trace's length
  CHECK(decode(huge, kPages).whole.empty());
}

TEST_CASE("working set: the oldest trace makes room") {
  std::vector<Trace> traces;
  for (PageIndex i = 0; i < 5; ++i) Record::add(traces, {i}, 3);
  CHECK(traces == std::vector<Trace>{{2}, {3}, {4}});
}

TEST_CASE("working set: pages of enough runs make the set, earliest first") {
  const auto record = record_of({{50, 10, 11, 12, 90}, {50, 10, 11, 12}, {11, 50, 10, 70}});
  // 75 % of three runs are all three.
  CHECK(ranges_of(Plan(record, kPages, {75, 0})) ==
        std::vector<ByteRange>{pages(50, 1), pages(10, 2)});
  CHECK(Plan(record, kPages, {50, 0}).set_pages() == 4);
  CHECK(Plan(record, kPages, {1, 0}).set_pages() == 6);
  CHECK(Plan({}, kPages, {75, 0}).ranges().empty());
}

TEST_CASE("working set: small gaps are copied along, long ranges are cut") {
  CHECK(ranges_of(Plan(record_of({{10, 13, 20}}), kPages, {75, 2 * kPageSize})) ==
        std::vector<ByteRange>{pages(10, 4), pages(20, 1)});
  Trace all(600);
  for (PageIndex i = 0; i < 600; ++i) all[i] = i;
  CHECK(ranges_of(Plan(record_of({all}), kPages, {75, 0})) ==
        std::vector<ByteRange>{pages(0, 256), pages(256, 256), pages(512, 88)});
}

TEST_CASE("working set: what followed a page in a run is known, within that run") {
  const Plan plan(record_of({{1, 2}, {1, 2, 30, 31, 32}, {1, 2, 40}}, {{60, 61}}), kPages, {75, 0});
  CHECK_FALSE(plan.find(1).has_value()); // in the set
  CHECK_FALSE(plan.find(500).has_value());
  CHECK_FALSE(plan.find(100'000).has_value());
  const auto at = plan.find(30);
  REQUIRE(at);
  const auto next = plan.follow(*at + 1, 10);
  CHECK(std::vector<PageIndex>(next.begin(), next.end()) == std::vector<PageIndex>{31, 32});
  CHECK(plan.follow(*at, 2).size() == 2);
  REQUIRE(plan.find(61));
  CHECK(plan.follow(1'000'000, 4).empty());
}

TEST_CASE("adaptive chunk: one page where access is scattered, more where neighbours follow") {
  constexpr std::uint64_t kMiB = 1024 * 1024;
  const fakes::MemoryFile file(16 * kMiB, {{0, 8 * kMiB}});
  const memory::FilePageSource source(file.path());
  dhg_pages::AdaptiveChunk chunks;
  CHECK(chunks.around(source, 5 * kMiB) == ByteRange{5 * kMiB, kPageSize});
  CHECK(chunks.around(source, 3 * kMiB) == ByteRange{3 * kMiB, kPageSize});
  std::uint64_t at = 3 * kMiB + kPageSize;
  std::vector<std::uint64_t> lengths;
  while (at < 7 * kMiB) {
    const auto chunk = chunks.around(source, at);
    REQUIRE(chunk.contains(at));
    lengths.push_back(chunk.length / 1024);
    at = chunk.end();
  }
  CHECK(lengths.size() < 10);
  CHECK(lengths.front() == 16);
  CHECK(lengths.back() == 2048);
  // A hole is filled as far as it goes, in the aligned 2 MiB around the fault.
  CHECK(chunks.around(source, 9 * kMiB) == ByteRange{8 * kMiB, 2 * kMiB});
}
