// What a page server learnt, or finds where it keeps that, changes when pages come,
// never what is in them.

#include "fixture.hpp"
#include "notes.hpp"

#include <catch2/catch_all.hpp>
#include <random>

using namespace dhg;
using namespace dhg::conformance;
using fakes::Op;
using fakes::Order;

namespace {

std::vector<std::string> learning_page_servers() {
  std::vector<std::string> paths;
  for (const auto& library : fakes::page_server_libraries()) {
    const auto server = fakes::load_page_server(library);
    if (dynamic_cast<LearningPageServer*>(server.object.get()) != nullptr)
      paths.push_back(library.string());
  }
  return paths;
}

} // namespace

TEST_CASE("Memory is the same in every run, whatever was learnt in those before") {
  const auto layout = GENERATE(one_region(), several_regions());
  for (const auto& path : learning_page_servers()) {
    NotesInMemory notes;
    for (int run = 0; run < 6; ++run) {
      auto server = fakes::load_page_server(path);
      INFO(server.name << ", " << layout << ", run " << run);
      Served served(layout, server, {}, {}, &notes);
      REQUIRE(served.attach());
      for (const auto& region : layout.regions)
        REQUIRE(served.read_and_compare(region, run % 2 == 0 ? Order::random : Order::reverse) ==
                "");
      const auto lesson = served.finish();
      CHECK(lesson.problem == "");
    }
  }
}

TEST_CASE("Notes that make no sense do no harm") {
  const auto layout = one_region();
  for (const auto& path : learning_page_servers()) {
    std::mt19937 random(1);
    NotesInMemory good;
    {
      auto server = fakes::load_page_server(path);
      Served served(layout, server, {}, {}, &good);
      REQUIRE(served.attach());
      REQUIRE(served.read_and_compare({0, layout.size}, Order::sequential) == "");
      REQUIRE(served.finish().problem == "");
    }
    for (int i = 0; i < 30; ++i) {
      NotesInMemory notes;
      notes.text = good.text;
      for (int n = 0; n < 4 && !notes.text.empty(); ++n)
        notes.text[random() % notes.text.size()] = static_cast<char>(random());
      if (i % 3 == 0) notes.text.resize(random() % (notes.text.size() + 1));
      if (i % 5 == 0) notes.text.assign(64, static_cast<char>(i));
      auto server = fakes::load_page_server(path);
      INFO(server.name << ", " << i);
      Served served(layout, server, {}, {}, &notes);
      REQUIRE(served.attach());
      REQUIRE(served.read_and_compare({0, layout.size}, Order::random) == "");
    }
  }
}

TEST_CASE("What was learnt is no cause to bring back what the guest gave away") {
  const auto layout = full_region(2 * kMiB);
  for (const auto& path : learning_page_servers()) {
    NotesInMemory notes;
    for (int run = 0; run < 4; ++run) {
      auto server = fakes::load_page_server(path);
      INFO(server.name << ", run " << run);
      Served served(layout, server, {}, {}, &notes);
      REQUIRE(served.attach());
      const ByteRange gone{kMiB / 2, kMiB};
      REQUIRE(served.vm().run({Op::remove, Order::sequential, 1, 0, gone.offset, gone.length}));
      REQUIRE(served.read_and_compare({0, kMiB / 2}, Order::random) == "");
      REQUIRE(served.read_zeros(gone) == "");
      REQUIRE(served.finish().problem == "");
    }
  }
}

TEST_CASE("working-set asks for its pages itself until it has learnt, and then no more") {
  const auto layout = full_region(2 * kMiB);
  for (const auto& path : learning_page_servers()) {
    const auto first = fakes::load_page_server(path);
    if (first.name != "working-set") continue;
    NotesInMemory notes;
    std::vector<std::uint64_t> faults;
    for (int run = 0; run < 5; ++run) {
      auto server = fakes::load_page_server(path);
      Served served(layout, server, {}, {}, &notes);
      REQUIRE(served.attach());
      REQUIRE(served.read_and_compare({kMiB, kMiB / 2}, Order::random) == "");
      REQUIRE(served.finish().problem == "");
      // Not before: a fault is counted a moment after the guest goes on.
      faults.push_back(served.stats().faults);
    }
    CHECK(faults[0] == kMiB / 2 / kPageSize);
    CHECK(faults[2] == faults[0]);
    CHECK(faults[3] == 0);
    CHECK(faults[4] == 0);
    CHECK(notes.kept == 3);
  }
}
