// What the guest gives back is zero from then on, whatever the page server does
// at that moment. Not so with a private mapping, where the kernel brings the
// file's data back.

#include "fixture.hpp"
#include "gated.hpp"
#include "scripted.hpp"

#include <catch2/catch_all.hpp>

using namespace dhg;
using namespace dhg::conformance;
using fakes::Op;
using fakes::Order;

TEST_CASE("A page that was removed before it was read is zero") {
  for (auto& server : lazy_page_servers()) {
    INFO(server.name);
    Served served(full_region(4 * kMiB), server);
    NEED("the page server attaches within 10 s", served.attach());
    const ByteRange removed{kMiB, kMiB + 8 * kKiB};
    NEED("the guest gives pages back within 10 s",
         done(served.vm().run(
             {Op::remove, Order::sequential, 1, 0, removed.offset, removed.length})));
    WANT("the guest reads zeros", served.read_zeros(removed));
    WANT("the guest reads what the snapshot held",
         served.read_and_compare({0, kMiB}, Order::random));
    WANT("the guest reads what the snapshot held",
         served.read_and_compare({removed.end(), 4 * kMiB - removed.end()}, Order::random));
    WANT("removed bytes that are counted", equal(served.stats().removed_bytes, removed.length));
  }
}

TEST_CASE("A page that was removed after it was read is zero, again and again") {
  for (auto& server : lazy_page_servers()) {
    INFO(server.name);
    Served served(full_region(2 * kMiB), server);
    NEED("the page server attaches within 10 s", served.attach());
    const ByteRange all{0, 2 * kMiB};
    NEED("the guest reads what the snapshot held", served.read_and_compare(all, Order::random));
    for (int round = 0; round < 3; ++round) {
      NEED("the guest gives pages back within 10 s",
           done(served.vm().run({Op::remove, Order::sequential, 1, 0, all.offset, all.length})));
      NEED("the guest reads zeros", served.read_zeros(all));
    }
  }
}

TEST_CASE("A removal between faults leaves the neighbouring pages alone") {
  for (auto& server : lazy_page_servers()) {
    INFO(server.name);
    Served served(several_regions(), server);
    NEED("the page server attaches within 10 s", served.attach());
    NEED("the guest reads what the snapshot held",
         served.read_and_compare({5 * kMiB, kPageSize}, Order::sequential));
    const ByteRange removed{5 * kMiB + kPageSize, 3 * kPageSize};
    NEED("the guest gives pages back within 10 s",
         done(served.vm().run(
             {Op::remove, Order::sequential, 1, 0, removed.offset, removed.length})));
    WANT("the guest reads what the snapshot held",
         served.read_and_compare({removed.end(), kMiB}, Order::reverse));
    WANT("the guest reads zeros", served.read_zeros(removed));
    WANT("the guest reads what the snapshot held",
         served.read_and_compare({5 * kMiB, kPageSize}, Order::sequential));
  }
}

TEST_CASE("What is written into a removed page is kept") {
  for (auto& server : lazy_page_servers()) {
    INFO(server.name);
    Served served(full_region(kMiB), server);
    NEED("the page server attaches within 10 s", served.attach());
    NEED("the guest gives pages back within 10 s",
         done(served.vm().run({Op::remove, Order::sequential, 1, 0, 0, kMiB})));
    NEED("the guest writes to its memory within 10 s",
         done(served.vm().run({Op::write, Order::random, 1, 5, 0, kMiB})));
    NEED("the guest reads its memory within 10 s",
         done(served.vm().run({Op::read, Order::random, 1, 5, 0, kMiB})));
    for (std::uint64_t offset = 0; offset < kMiB; offset += kPageSize)
      NEED("a page holds what was written after it was removed",
           served.vm().seen(offset)[0] == std::byte{5});
  }
}

TEST_CASE("A page is zero whose removal and faults wait together, whichever came first") {
  // The kernel hands out the faults before the removal that came before them.
  const std::uint32_t removal_first = GENERATE(0, 1);
  const ByteRange removed{kMiB - 2 * kPageSize, 6 * kPageSize};
  for (auto& server : lazy_page_servers()) {
    INFO(server.name << (removal_first == 1 ? ", the removal first" : ", the faults first"));
    auto owned = std::make_unique<Gated>(std::move(server.object), Gated::Point::attach);
    auto& gated = *owned;
    Served served(full_region(4 * kMiB), std::move(owned), server.name);
    gated.await_held();
    const auto begun = served.vm().run(
        {Op::begin_removal, Order::sequential, 3, removal_first, removed.offset, removed.length});
    gated.open();
    NEED("the guest answers within 10 s", done(begun));
    const auto reply = served.vm().run({Op::end_removal});
    NEED("the guest answers within 10 s", done(reply));
    WANT("no page has other bytes than it should", no_pages(reply->wrong));
    WANT("threads of the guest that had to wait for a page", equal(reply->pages, 3U));
    NEED("the page server attaches within 10 s", served.attach());
    WANT("the guest reads what the snapshot held",
         served.read_and_compare({0, removed.offset}, Order::random));
    WANT("the guest reads what the snapshot held",
         served.read_and_compare({removed.end(), 4 * kMiB - removed.end()}, Order::random));
  }
}

namespace {

// Removes pages of a guest of 2 MiB whose page server is held, and lets that go on.
void expect_zeros(Served& served, Gated& gated, const ByteRange& removed,
                  std::uint32_t removal_first) {
  const auto begun = served.vm().run(
      {Op::begin_removal, Order::sequential, 2, removal_first, removed.offset, removed.length});
  gated.open();
  NEED("the guest answers within 10 s", done(begun));
  const auto reply = served.vm().run({Op::end_removal});
  NEED("the guest answers within 10 s", done(reply));
  WANT("no page has other bytes than it should", no_pages(reply->wrong));
  WANT("the guest reads what the snapshot held",
       served.read_and_compare({0, removed.offset}, Order::random));
  WANT("the guest reads what the snapshot held",
       served.read_and_compare({removed.end(), 2 * kMiB - removed.end()}, Order::random));
}

void expect_zeros_beside_a_fault(std::shared_ptr<PageServer> server, const std::string& name,
                                 std::uint32_t removal_first) {
  const ByteRange removed{64 * kKiB, 5 * kPageSize};
  INFO(name << (removal_first == 1 ? ", the removal first" : ", the faults first"));
  auto owned = std::make_unique<Gated>(std::move(server), Gated::Point::fault);
  auto& gated = *owned;
  Served served(full_region(2 * kMiB), std::move(owned), name);
  NEED("the page server attaches within 10 s", served.attach());
  // The readers' own faults hold it: of the first page, or of all, or, where the page
  // server has installed them already, of none.
  expect_zeros(served, gated, removed, removal_first);
}

} // namespace

TEST_CASE("A page is zero that is removed while a fault of its neighbour is served") {
  const std::uint32_t removal_first = GENERATE(0, 1);
  for (auto& server : lazy_page_servers())
    expect_zeros_beside_a_fault(std::move(server.object), server.name, removal_first);
}

TEST_CASE("Nothing is held against a page server that installs pages before they are removed",
          "[core]") {
  const std::uint32_t removal_first = GENERATE(0, 1);
  Scripted server;
  SECTION("all while it attaches") {
    server.attaching = [](auto& memory) { (void)memory.install(memory.regions().front()); };
  }
  SECTION("some while it attaches") {
    server.attaching = [](auto& memory) { (void)memory.install({0, 64 * kKiB + kPageSize}); };
  }
  SECTION("all while it has nothing else to do") { server.idling = AllInSteps(256 * kKiB); }
  expect_zeros_beside_a_fault(lent(server), "scripted", removal_first);
}

TEST_CASE("Pages are zero that are removed while a page server works in the background") {
  const std::uint32_t removal_first = GENERATE(0, 1);
  const ByteRange removed{64 * kKiB, 5 * kPageSize};
  for (auto& server : lazy_page_servers()) {
    INFO(server.name << (removal_first == 1 ? ", the removal first" : ", the faults first"));
    auto owned = std::make_unique<Gated>(std::move(server.object), Gated::Point::idle);
    auto& gated = *owned;
    Served served(full_region(2 * kMiB), std::move(owned), server.name);
    gated.await_held();
    expect_zeros(served, gated, removed, removal_first);
  }
}

TEST_CASE("Three pages that are removed at an offset that nobody's chunk begins at are zero") {
  const auto offset = GENERATE(2 * kMiB - kPageSize, 3 * kMiB + 7 * kPageSize);
  const ByteRange removed{offset, 3 * kPageSize};
  const bool read_before = GENERATE(false, true);
  for (auto& server : lazy_page_servers()) {
    INFO(server.name << ", at " << offset << (read_before ? ", read before" : ""));
    Served served(full_region(4 * kMiB), server);
    NEED("the page server attaches within 10 s", served.attach());
    if (read_before)
      NEED("the guest reads what the snapshot held",
           served.read_and_compare(removed, Order::sequential));
    NEED("the guest gives pages back within 10 s",
         done(served.vm().run(
             {Op::remove, Order::sequential, 1, 0, removed.offset, removed.length})));
    WANT("the guest reads zeros", served.read_zeros(removed));
    // Who is beside them, and brings them along where chunks are large.
    constexpr std::uint64_t kBeside = 16 * kPageSize;
    WANT("the guest reads what the snapshot held",
         served.read_and_compare({offset - kBeside, kBeside}, Order::random));
    WANT("the guest reads what the snapshot held",
         served.read_and_compare({removed.end(), kBeside}, Order::random));
    WANT("the guest reads zeros", served.read_zeros(removed));
  }
}

TEST_CASE("Threads that fault while another removes pages never see old or wrong data") {
  for (auto& server : lazy_page_servers()) {
    INFO(server.name);
    Served served(full_region(256 * kKiB), server);
    NEED("the page server attaches within 10 s", served.attach());
    const auto reply = served.vm().run({Op::storm, Order::sequential, 3, 42, 0, 256 * kKiB});
    NEED("the guest answers within 10 s", done(reply));
    WANT("no page has other bytes than it should", no_pages(reply->wrong));
    WANT("nothing goes wrong while memory is served", served.failure());
  }
}

TEST_CASE("Pages that are removed while the page server attaches are zero") {
  for (auto& server : lazy_page_servers()) {
    INFO(server.name);
    Served served(full_region(8 * kMiB), server);
    const auto reply = served.vm().run({Op::storm, Order::sequential, 2, 43, kMiB, kMiB});
    NEED("the guest answers within 10 s", done(reply));
    WANT("no page has other bytes than it should", no_pages(reply->wrong));
    NEED("the page server attaches within 10 s", served.attach());
    WANT("the guest reads what the snapshot held",
         served.read_and_compare({2 * kMiB, 6 * kMiB}, Order::random, 2));
  }
}
