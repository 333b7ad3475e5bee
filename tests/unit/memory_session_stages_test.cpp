// A session's way through its stages, each transition of the table in ARCHITECTURE.md.

#include "memory/memory_session.hpp"

#include "fake_vm.hpp"
#include "memory_file.hpp"
#include "os/readiness.hpp"
#include "os/unix_socket.hpp"

#include <catch2/catch_all.hpp>
#include <future>
#include <stdexcept>
#include <thread>

using namespace dhg;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using memory::Stage;

namespace {

constexpr std::uint64_t kMemory = 16 * kPageSize;

// Holds or throws where it is told to.
class ScriptedServer final : public PageServer {
 public:
  enum class Step { none, preload, attach };

  explicit ScriptedServer(MemoryBacking backing = MemoryBacking::userfaultfd) : backing_(backing) {}

  void hold_in(Step step) { held_ = step; }
  void throw_in(Step step) { thrown_ = step; }
  void go_on() { gate_.set_value(); }

  [[nodiscard]] MemoryBacking backing() const noexcept override { return backing_; }
  void preload(const PageSource& /*source*/) override { pass(Step::preload); }
  void attach(GuestMemory& /*memory*/) override { pass(Step::attach); }
  void on_fault(GuestMemory& memory, const PageFault& fault) override {
    (void)memory.install({fault.offset, kPageSize});
  }

 private:
  void pass(Step step) {
    if (step == held_) opened_.wait();
    if (step == thrown_) throw std::runtime_error("as the test wants it");
  }

  const MemoryBacking backing_;
  Step held_ = Step::none;
  Step thrown_ = Step::none;
  std::promise<void> gate_;
  std::shared_future<void> opened_ = gate_.get_future().share();
};

bool reaches_stage(const memory::MemorySession& session, Stage stage) {
  const auto until = deadline_in(5s);
  while (session.stage() != stage && poll_timeout_ms(until) > 0) std::this_thread::sleep_for(1ms);
  return session.stage() == stage;
}

// All that a session needs; the VMM is one of the test's own.
struct Served {
  explicit Served(PageServer& server)
      : file(kMemory, {{0, kMemory}}),
        source(file.path()),
        session(source, {std::shared_ptr<void>(), &server}, "scripted", timeline, supervisor),
        vm(file.path(), server.backing(), {{0, kMemory}}) {}
  ~Served() { vm.kill(); }

  void start(UniqueFd handoff) {
    session.vmm_started(std::move(handoff), vm.process_fd(), deadline_in(5s));
  }

  fakes::MemoryFile file;
  memory::FilePageSource source;
  timing::Timeline timeline;
  calls::Supervisor supervisor;
  memory::MemorySession session;
  fakes::FakeVm vm;
};

} // namespace

TEST_CASE("stages: from the preload to the VMM's end, and what is told on the way") {
  ScriptedServer server;
  server.hold_in(ScriptedServer::Step::preload);
  Served guest(server);
  CHECK(guest.session.stage() == Stage::preparing);
  server.go_on();
  REQUIRE(reaches_stage(guest.session, Stage::waiting));

  auto [theirs, ours] = os::socket_pair();
  SECTION("the handshake does not come, and the VMM ends") {
    guest.start(std::move(ours));
    REQUIRE(reaches_stage(guest.session, Stage::receiving));
    CHECK_FALSE(os::is_readable(guest.session.handed_over_fd()));
    guest.vm.kill();
    REQUIRE(reaches_stage(guest.session, Stage::ended));
    CHECK(guest.session.vmm_is_to_blame());
  }
  SECTION("faults are served until the VMM ends") {
    guest.start(guest.vm.take_handoff());
    REQUIRE(reaches_stage(guest.session, Stage::serving));
    CHECK(os::is_readable(guest.session.handed_over_fd()));
    CHECK(os::is_readable(guest.session.attached_fd()));
    CHECK_FALSE(os::is_readable(guest.session.done_fd()));
    CHECK(guest.vm.run({fakes::Op::read, fakes::Order::sequential, 1, 0, 0, kMemory}));
    guest.vm.kill();
    REQUIRE(reaches_stage(guest.session, Stage::ended));
    CHECK(guest.session.failure().empty());
  }
  CHECK(os::is_readable(guest.session.attached_fd()));
  CHECK(os::is_readable(guest.session.done_fd()));
}

TEST_CASE("stages: what is ours is told before the page server attaches") {
  ScriptedServer server;
  server.hold_in(ScriptedServer::Step::attach);
  Served guest(server);
  guest.start(guest.vm.take_handoff());
  REQUIRE(reaches_stage(guest.session, Stage::attaching));
  CHECK(os::is_readable(guest.session.handed_over_fd()));
  CHECK_FALSE(os::is_readable(guest.session.attached_fd()));
  server.go_on();
  CHECK(reaches_stage(guest.session, Stage::serving));
}

TEST_CASE("stages: a page server that throws ends the session where it is") {
  const auto step = GENERATE(ScriptedServer::Step::preload, ScriptedServer::Step::attach);
  ScriptedServer server;
  server.throw_in(step);
  Served guest(server);
  guest.start(guest.vm.take_handoff());
  REQUIRE(reaches_stage(guest.session, Stage::ended));
  CHECK_THAT(guest.session.failure(),
             ContainsSubstring("scripted") && ContainsSubstring("as the test wants it"));
  CHECK(os::is_readable(guest.session.handed_over_fd()) == (step == ScriptedServer::Step::attach));
}

TEST_CASE("stages: a session that is given up while it waits has no failure") {
  ScriptedServer server;
  Served guest(server);
  REQUIRE(reaches_stage(guest.session, Stage::waiting));
  CHECK(guest.session.finish().problem.empty());
  CHECK(guest.session.stage() == Stage::ended);
  CHECK(guest.session.failure().empty());
}

TEST_CASE("stages: with a mapping there is nothing to serve") {
  const bool reported = GENERATE(false, true); // where the VMM has mapped it
  ScriptedServer server(MemoryBacking::private_mapping);
  Served guest(server);
  guest.start(reported ? guest.vm.take_handoff() : UniqueFd());
  REQUIRE(reaches_stage(guest.session, Stage::ended));
  CHECK(guest.session.failure().empty());
  CHECK(os::is_readable(guest.session.attached_fd()));
  CHECK_FALSE(os::is_readable(guest.session.handed_over_fd()));
}

TEST_CASE("stages: none is skipped, none is gone back to, and the end is one") {
  using memory::may_follow;
  CHECK_FALSE(may_follow(Stage::preparing, Stage::receiving));
  CHECK_FALSE(may_follow(Stage::waiting, Stage::serving));
  CHECK_FALSE(may_follow(Stage::receiving, Stage::serving));
  CHECK_FALSE(may_follow(Stage::serving, Stage::attaching));
  CHECK_FALSE(may_follow(Stage::mapped, Stage::serving));
  for (auto stage = static_cast<int>(Stage::preparing); stage <= static_cast<int>(Stage::ended);
       ++stage) {
    const auto from = static_cast<Stage>(stage);
    CHECK(may_follow(from, Stage::ended) == (from != Stage::ended));
    CHECK_FALSE(may_follow(Stage::ended, from));
    CHECK(to_string(from) != "?");
  }
}
