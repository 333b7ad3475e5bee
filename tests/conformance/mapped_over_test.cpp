// What the VMM maps something else over is no guest memory any more: it is left alone, and
// the VM lives. Firecracker before 1.11 inflates a balloon so.

#include "fixture.hpp"
#include "gated.hpp"
#include "scripted.hpp"

#include <catch2/catch_all.hpp>

using namespace dhg;
using namespace dhg::conformance;
using fakes::Op;
using fakes::Order;

namespace {

// At the beginning, across the borders of chunks, one page, and at the end.
constexpr std::array kOver{ByteRange{0, kPageSize}, ByteRange{kMiB - 3 * kPageSize, 300 * kKiB},
                           ByteRange{2 * kMiB + 64 * kKiB, kPageSize},
                           ByteRange{3 * kMiB + kPageSize, kMiB - kPageSize}};
constexpr std::uint64_t kMapped = 4 * kMiB;

void map_over(Served& served) {
  for (const auto& range : kOver)
    NEED(
        "the guest has pages mapped over within 10 s",
        done(served.vm().run({Op::map_over, Order::sequential, 1, 0, range.offset, range.length})));
}

void expect_all_as_it_should_be(Served& served) {
  std::uint64_t from = 0;
  for (const auto& range : kOver) {
    if (range.offset > from)
      WANT("the guest reads what the snapshot held",
           served.read_and_compare({from, range.offset - from}, Order::random, 2));
    WANT("the guest reads zeros", served.read_zeros(range));
    from = range.end();
  }
  WANT("nothing goes wrong while memory is served", served.failure());
}

} // namespace

TEST_CASE("What was mapped over before the page server attaches is left alone") {
  for (auto& server : lazy_page_servers()) {
    INFO(server.name);
    auto owned = std::make_unique<Gated>(std::move(server.object), Gated::Point::attach);
    auto& gated = *owned;
    Served served(full_region(kMapped), std::move(owned), server.name);
    gated.await_held();
    map_over(served);
    gated.open();
    NEED("the page server attaches within 10 s", served.attach());
    expect_all_as_it_should_be(served);
  }
}

TEST_CASE("What is mapped over while a page server serves faults is left alone") {
  for (auto& server : lazy_page_servers()) {
    INFO(server.name);
    Served served(full_region(kMapped), server);
    NEED("the page server attaches within 10 s", served.attach());
    NEED("the guest reads what the snapshot held",
         served.read_and_compare({2 * kMiB, 64 * kKiB}, Order::sequential));
    map_over(served);
    expect_all_as_it_should_be(served);
  }
}

TEST_CASE("What is mapped over before background work comes to it is left alone", "[core]") {
  Scripted server;
  server.idling = AllInSteps(37 * kPageSize);
  Gated gated(lent(server), Gated::Point::idle);
  Served served(full_region(kMapped), gated, "scripted");
  gated.await_held();
  map_over(served);
  gated.open();
  expect_all_as_it_should_be(served);
}

TEST_CASE("A hole that is mapped over is left alone", "[core]") {
  Scripted server;
  server.idling = AllInSteps(37 * kPageSize);
  Gated gated(lent(server), Gated::Point::idle);
  Served served({"hole", kMapped, {}, {{0, kMapped}}}, gated, "scripted");
  gated.await_held();
  map_over(served);
  gated.open();
  WANT("the guest reads zeros", served.read_zeros({0, kMapped}));
  WANT("nothing goes wrong while memory is served", served.failure());
}

TEST_CASE("A fault is let go whose page is mapped over before it is served") {
  const ByteRange range{64 * kKiB, 5 * kPageSize};
  for (auto& server : lazy_page_servers()) {
    INFO(server.name);
    auto owned = std::make_unique<Gated>(std::move(server.object), Gated::Point::fault);
    auto& gated = *owned;
    Served served(full_region(kMapped), std::move(owned), server.name);
    NEED("the page server attaches within 10 s", served.attach());
    // Its readers wait, or have found their pages; nothing is removed of what they read.
    NEED("the guest reads pages and gives them back within 10 s",
         done(served.vm().run(
             {Op::begin_removal, Order::sequential, 2, 2, range.offset, range.length})));
    NEED(
        "the guest has pages mapped over within 10 s",
        done(served.vm().run({Op::map_over, Order::sequential, 1, 0, range.offset, range.length})));
    gated.open();
    const auto reply = served.vm().run({Op::end_removal});
    NEED("the guest answers within 10 s", done(reply));
    WANT("no page has other bytes than it should", no_pages(reply->wrong));
    WANT("nothing goes wrong while memory is served", served.failure());
  }
}
