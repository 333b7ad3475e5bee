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
  if (paths.empty()) does_not_apply("it does not learn");
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
      Served served(layout, server, within_seconds(), {}, &notes);
      NEED("the page server attaches within 10 s", served.attach());
      for (const auto& region : layout.regions)
        NEED("the guest reads what the snapshot held",
             served.read_and_compare(region, run % 2 == 0 ? Order::random : Order::reverse));
      const auto lesson = served.finish();
      WANT("the page server keeps what it learnt", lesson.problem);
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
      Served served(layout, server, within_seconds(), {}, &good);
      NEED("the page server attaches within 10 s", served.attach());
      NEED("the guest reads what the snapshot held",
           served.read_and_compare({0, layout.size}, Order::sequential));
      NEED("the page server keeps what it learnt", served.finish().problem);
    }
    for (int i = 0; i < 30; ++i) {
      NotesInMemory notes;
      notes.text = good.text;
      for (int n = 0; n < 4 && !notes.text.empty(); ++n)
        notes.text[random() % notes.text.size()] = static_cast<char>(random());
      if (i % 3 == 0) notes.text.resize(random() % (notes.text.size() + 1));
      if (i % 5 == 0) notes.text.assign(64, static_cast<char>(i));
      auto server = fakes::load_page_server(path);
      INFO(server.name << ", damaged notes " << i);
      Served served(layout, server, within_seconds(), {}, &notes);
      NEED("the page server attaches within 10 s", served.attach());
      NEED("the guest reads what the snapshot held",
           served.read_and_compare({0, layout.size}, Order::random));
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
      Served served(layout, server, within_seconds(), {}, &notes);
      NEED("the page server attaches within 10 s", served.attach());
      const ByteRange gone{kMiB / 2, kMiB};
      NEED("the guest gives pages back within 10 s",
           done(served.vm().run({Op::remove, Order::sequential, 1, 0, gone.offset, gone.length})));
      NEED("the guest reads what the snapshot held",
           served.read_and_compare({0, kMiB / 2}, Order::random));
      NEED("the guest reads zeros", served.read_zeros(gone));
      NEED("the page server keeps what it learnt", served.finish().problem);
    }
  }
}

TEST_CASE("working-set asks for its pages itself until it has learnt, and then no more") {
  const auto layout = full_region(2 * kMiB);
  bool any = false;
  for (const auto& path : learning_page_servers()) {
    if (fakes::load_page_server(path).name != "working-set") continue;
    any = true;
    NotesInMemory notes;
    std::vector<std::uint64_t> faults;
    for (int run = 0; run < 5; ++run) {
      auto server = fakes::load_page_server(path);
      Served served(layout, server, within_seconds(), {}, &notes);
      NEED("the page server attaches within 10 s", served.attach());
      NEED("the guest reads what the snapshot held",
           served.read_and_compare({kMiB, kMiB / 2}, Order::random));
      NEED("the page server keeps what it learnt", served.finish().problem);
      // Not before: a fault is counted a moment after the guest goes on.
      faults.push_back(served.stats().faults);
    }
    WANT("faults of the first run", equal(faults[0], kMiB / 2 / kPageSize));
    WANT("faults of the third run", equal(faults[2], faults[0]));
    WANT("faults of the fourth run", equal(faults[3], 0U));
    WANT("faults of the fifth run", equal(faults[4], 0U));
    WANT("how often notes are kept", equal(notes.kept, 3));
  }
  if (!any) does_not_apply("it is about the page server 'working-set' alone");
}
