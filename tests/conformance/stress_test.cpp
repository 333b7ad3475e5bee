// Threads that fault, write, give back and fault again, for a while: what they see is what
// they did last, and none of them waits for ever. DHG_STRESS_SECONDS=3600 makes the while
// an hour, shared by the page servers.

#include "fixture.hpp"
#include "notes.hpp"
#include "scripted.hpp"

#include <atomic>
#include <catch2/catch_all.hpp>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <random>
#include <stdexcept>
#include <thread>

using namespace dhg;
using namespace dhg::conformance;
using namespace std::chrono_literals;
using fakes::Op;
using fakes::Order;

namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kRound = 250ms;
constexpr std::size_t kScripted = 2; // page servers of the core's own tests, below

// Until when one page server is tried.
steady_clock::time_point end_of_stress() {
  const char* given = std::getenv("DHG_STRESS_SECONDS");
  if (given == nullptr) return steady_clock::now() + 1500ms;
  std::int64_t seconds = 0;
  const auto* end = given + std::strlen(given);
  if (std::from_chars(given, end, seconds).ptr != end || seconds < 1)
    throw std::runtime_error("DHG_STRESS_SECONDS is not a number of seconds");
  const auto page_servers = fakes::page_server_libraries().size() + kScripted;
  return steady_clock::now() + std::chrono::milliseconds(1000 * seconds) / page_servers;
}

// One guest, from its first fault on: a page server has most to do then.
void churn(Served& served, std::uint32_t seed) {
  NEED("the page server attaches within 10 s", served.attach());
  const auto region = served.layout().regions.back();
  const auto reply =
      served.vm().run({Op::churn, Order::sequential, 2 + seed % 3, seed, region.offset,
                       region.length, static_cast<std::uint64_t>(kRound.count())});
  NEED("the guest answers within 10 s", done(reply));
  NEED("no page has other bytes than it should", no_pages(reply->wrong));
}

template <class Round>
void stress(Round round) {
  const auto until = end_of_stress();
  std::mt19937 random(20);
  do {
    for (const auto& layout : {full_region(2 * kMiB + 20 * kKiB), several_regions()})
      round(layout, static_cast<std::uint32_t>(random()));
  } while (steady_clock::now() < until);
}

// Installs here and there.
class Restless {
 public:
  explicit Restless(std::uint32_t seed) : random_(seed) {}
  bool operator()(GuestMemory& memory) {
    const auto region = memory.regions().back();
    const auto first = random_() % (region.length / kPageSize);
    return memory.install(
        intersect({region.offset + first * kPageSize, (1 + random_() % 16) * kPageSize}, region));
  }

 private:
  std::mt19937 random_;
};

} // namespace

TEST_CASE("Guests see what they did last, and wait for nothing, for as long as one cares to look",
          "[stress]") {
  if (lazy_page_servers().empty()) return;
  for (const auto& library : fakes::page_server_libraries()) {
    NotesInMemory notes;
    if (fakes::load_page_server(library).object->backing() != MemoryBacking::userfaultfd) continue;
    stress([&](const Layout& layout, std::uint32_t seed) {
      auto server = fakes::load_page_server(library);
      INFO(server.name << ", " << layout << ", seed " << seed);
      Served served(layout, server, within_seconds(), {}, &notes);
      churn(served, seed);
      NEED("the page server keeps what it learnt", served.finish().problem);
    });
  }
}

TEST_CASE("Background work that ends again and again loses no fault", "[core][stress]") {
  stress([](const Layout& layout, std::uint32_t seed) {
    INFO(layout << ", seed " << seed);
    Scripted server;
    server.idling = [restless = Restless(seed)](auto& memory) mutable {
      (void)restless(memory);
      return false;
    };
    Served served(layout, server, "scripted");
    churn(served, seed);
    NEED("nothing goes wrong while memory is served", served.failure());
  });
}

TEST_CASE("A page server's own threads lose no fault", "[core][stress]") {
  stress([](const Layout& layout, std::uint32_t seed) {
    INFO(layout << ", seed " << seed);
    std::atomic<GuestMemory*> memory = nullptr;
    Scripted server;
    server.attaching = [&](auto& attached) { memory = &attached; };
    Served served(layout, server, "scripted");
    NEED("the page server attaches within 10 s", served.attach());
    std::vector<std::jthread> installers;
    for (std::uint32_t i = 0; i < 2; ++i)
      installers.emplace_back(
          [&, restless = Restless(seed + i)](const std::stop_token& over) mutable {
            while (!over.stop_requested() && restless(*memory)) {
            }
          });
    churn(served, seed);
    NEED("nothing goes wrong while memory is served", served.failure());
  });
}
