#include "qemu/qmp.hpp"

#include "dhg/error.hpp"
#include "os/event_fd.hpp"
#include "os/unix_socket.hpp"

#include <sys/socket.h>
#include <unistd.h>
#include <array>
#include <catch2/catch_all.hpp>
#include <thread>

using namespace dhg;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using dhg_qemu::Qmp;
using nlohmann::json;

namespace {

constexpr const char* kGreeting = R"({"QMP":{"version":{},"capabilities":[]}})";
constexpr const char* kReturn = R"({"return":{}})";

// QEMU's end: what it says may be said ahead, as the client reads in order.
struct Peer {
  UniqueFd socket;
  os::EventFd vmm; // stands for the pidfd
  std::unique_ptr<Qmp> qmp;

  Peer() {
    auto [ours, theirs] = os::socket_pair();
    socket = std::move(theirs);
    qmp = std::make_unique<Qmp>(std::move(ours), vmm.fd());
  }
  void says(const std::string& text) const {
    REQUIRE(send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(text.size()));
  }
  void says_line(const std::string& text) const { says(text + "\r\n"); }
  [[nodiscard]] std::vector<json> heard() const {
    std::string text(65536, '\0');
    const auto got = recv(socket.get(), text.data(), text.size(), MSG_DONTWAIT);
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    std::vector<json> lines;
    for (std::size_t end; (end = text.find('\n')) != std::string::npos; text.erase(0, end + 1))
      lines.push_back(json::parse(text.substr(0, end)));
    return lines;
  }
};

std::string event(const char* name, const char* data = "{}") {
  return std::string(R"({"event":")") + name + R"(","data":)" + data + R"(,"timestamp":{}})";
}

} // namespace

TEST_CASE("QMP: commands go out ahead of their answers, in order") {
  Peer peer;
  peer.qmp->send("stop", json::object());
  peer.qmp->send("getfd", {{"fdname", "x"}});
  const auto heard = peer.heard();
  REQUIRE(heard.size() == 3);
  CHECK(heard[0]["execute"] == "qmp_capabilities");
  CHECK(heard[1]["execute"] == "stop");
  CHECK(heard[2] == json{{"execute", "getfd"}, {"arguments", {{"fdname", "x"}}}});
  for (const auto* line : {kGreeting, kReturn, kReturn, kReturn}) peer.says_line(line);
  peer.qmp->settle(deadline_in(2s));
}

TEST_CASE("QMP: a descriptor goes along") {
  Peer peer;
  (void)peer.heard();
  const os::EventFd given;
  peer.qmp->send("getfd", {{"fdname", "x"}}, given.fd());
  std::array<std::byte, 1000> buffer;
  const auto received = os::receive_with_descriptors(peer.socket.get(), buffer);
  CHECK(received.descriptors.size() == 1);
}

TEST_CASE("QMP: lines that come in pieces, and several at once") {
  Peer peer;
  const std::string all =
      std::string(kGreeting) + "\r\n" + kReturn + "\r\n" + event("STOP") + "\r\n";
  std::jthread sender([&] {
    for (const char c : all) {
      if (send(peer.socket.get(), &c, 1, MSG_NOSIGNAL) != 1) return;
      std::this_thread::yield();
    }
  });
  peer.qmp->settle(deadline_in(4s));
  CHECK(peer.qmp->await_event("STOP", deadline_in(4s)) == json::object());
}

TEST_CASE("QMP: events before, between and after answers") {
  Peer peer;
  peer.says_line(kGreeting);
  peer.says_line(event("NICE", R"({"n":1})"));
  peer.says_line(kReturn);
  peer.says_line(event("MIGRATION", R"({"status":"setup"})"));
  peer.says_line(event("MIGRATION", R"({"status":"completed"})"));
  peer.says_line(event("RESUME"));
  peer.qmp->settle(deadline_in(2s));
  CHECK(peer.qmp->await_event("MIGRATION", deadline_in(2s))["status"] == "setup");
  CHECK(peer.qmp->await_event("MIGRATION", deadline_in(2s))["status"] == "completed");
  CHECK(peer.qmp->await_event("RESUME", deadline_in(2s)) == json::object());
}

TEST_CASE("QMP: an error names the command, in QEMU's words") {
  Peer peer;
  peer.says_line(kGreeting);
  peer.says_line(kReturn);
  peer.says_line(R"({"error":{"class":"GenericError","desc":"no such machine"}})");
  peer.qmp->send("migrate-incoming", {{"uri", "fd:7"}});
  SECTION("while all is settled") {
    CHECK_THROWS_WITH(peer.qmp->settle(deadline_in(2s)), ContainsSubstring("'migrate-incoming'") &&
                                                             ContainsSubstring("no such machine"));
  }
  SECTION("while an event is awaited") {
    CHECK_THROWS_WITH(peer.qmp->await_event("RESUME", deadline_in(2s)),
                      ContainsSubstring("no such machine"));
  }
}

TEST_CASE("QMP: silence ends at the deadline and names the command") {
  Peer peer;
  peer.says_line(kGreeting);
  peer.says_line(kReturn);
  peer.qmp->settle(deadline_in(2s));
  peer.qmp->send("stop", json::object());
  CHECK_THROWS_WITH(peer.qmp->settle(deadline_in(50ms)),
                    ContainsSubstring("'stop'") && ContainsSubstring("in time"));
  CHECK_THROWS_WITH(peer.qmp->await_event("STOP", deadline_in(0ms)), ContainsSubstring("in time"));
}

TEST_CASE("QMP: QEMU ends") {
  Peer peer;
  SECTION("and closes the connection") { peer.socket.reset(); }
  SECTION("while somebody else holds it") { peer.vmm.set(); }
  CHECK_THROWS_WITH(peer.qmp->settle(deadline_in(2s)), ContainsSubstring("QEMU ended"));
}

TEST_CASE("QMP: what QEMU said before its end still counts") {
  Peer peer;
  peer.says_line(kGreeting);
  peer.says_line(R"({"error":{"desc":"the reason"}})");
  peer.vmm.set();
  peer.socket.reset();
  CHECK_THROWS_WITH(peer.qmp->settle(deadline_in(2s)), ContainsSubstring("the reason"));
}

TEST_CASE("QMP: bytes that are no QMP") {
  Peer peer;
  SECTION("no JSON") { peer.says_line("hello"); }
  SECTION("no object") { peer.says_line("[]"); }
  SECTION("an empty line") { peer.says_line(""); }
  SECTION("more answers than questions") {
    peer.says_line(kReturn);
    peer.qmp->settle(deadline_in(2s));
    peer.says_line(kReturn);
    CHECK_THROWS_WITH(peer.qmp->await_event("STOP", deadline_in(2s)),
                      ContainsSubstring("not asked"));
    return;
  }
  CHECK_THROWS_AS(peer.qmp->settle(deadline_in(2s)), Error);
}

TEST_CASE("QMP: a line without end") {
  Peer peer;
  std::jthread sender([&] {
    const std::string part(65536, 'x');
    for (int i = 0; i < 20; ++i)
      if (send(peer.socket.get(), part.data(), part.size(), MSG_NOSIGNAL) < 0) return;
  });
  CHECK_THROWS_WITH(peer.qmp->settle(deadline_in(4s)), ContainsSubstring("without end"));
  peer.qmp.reset();
}
