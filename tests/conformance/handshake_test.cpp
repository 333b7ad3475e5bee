// The handover of guest memory, from VMMs that are hostile or broken.

#include "memory/handshake.hpp"
#include "dhg/error.hpp"
#include "fixture.hpp"
#include "os/event_fd.hpp"
#include "os/unix_socket.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>
#include <catch2/catch_all.hpp>
#include <cstring>

using namespace dhg;
using namespace dhg::conformance;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

// {address, size, offset, page size}, in a file of 1 MiB.
std::string region(std::uint64_t address, std::uint64_t size, std::uint64_t offset,
                   std::uint64_t page_size = 4096) {
  return fmt::format(R"({{"base_host_virt_addr":{},"size":{},"offset":{},"page_size":{}}})",
                     address, size, offset, page_size);
}

constexpr const char* kGood =
    R"([{"base_host_virt_addr":1048576,"size":8192,"offset":0,"page_size":4096}])";

UniqueFd new_userfaultfd() {
  UniqueFd fd(static_cast<int>(syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK)));
  uffdio_api api{};
  api.api = UFFD_API;
  REQUIRE(fd);
  REQUIRE(ioctl(fd.get(), UFFDIO_API, &api) == 0);
  return fd;
}

void send_with(int socket, std::string_view text, const std::vector<int>& descriptors) {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(16 * sizeof(int))> control{};
  iovec data{const_cast<char*>(text.data()), text.size()};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  if (!descriptors.empty()) {
    const auto bytes = descriptors.size() * sizeof(int);
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(bytes);
    auto* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(bytes);
    std::memcpy(CMSG_DATA(header), descriptors.data(), bytes);
  }
  REQUIRE(sendmsg(socket, &message, MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()));
}

class Handshake {
 public:
  memory::Handoff receive(std::chrono::milliseconds limit = 2s,
                          MemoryBacking backing = MemoryBacking::userfaultfd) {
    return memory::receive_handoff(ours.get(), backing, 1024 * kKiB, vmm.fd(), stop.fd(),
                                   deadline_in(limit), descriptors);
  }
  std::string refusal(std::chrono::milliseconds limit = 2s,
                      MemoryBacking backing = MemoryBacking::userfaultfd) {
    try {
      (void)receive(limit, backing);
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  }

  std::vector<UniqueFd> descriptors;
  UniqueFd ours;
  UniqueFd theirs;
  os::EventFd vmm; // stands for the pidfd
  os::EventFd stop;

  explicit Handshake(int type = SOCK_STREAM) {
    int ends[2];
    REQUIRE(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends) == 0);
    ours.reset(ends[0]);
    theirs.reset(ends[1]);
  }
};

} // namespace

TEST_CASE("A handshake is one message with a userfaultfd", "[core]") {
  Handshake handshake;
  const auto fd = new_userfaultfd();
  send_with(handshake.theirs.get(), kGood, {fd.get()});
  const auto handoff = handshake.receive();
  REQUIRE(handoff.regions.size() == 1);
  CHECK(handoff.regions[0].address == 1048576);
  CHECK(handoff.regions[0].file == ByteRange{0, 8192});
  CHECK((fcntl(handoff.userfaultfd.get(), F_GETFL) & O_NONBLOCK) != 0);
  CHECK((fcntl(handoff.userfaultfd.get(), F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("A userfaultfd that would block is made non-blocking", "[core]") {
  Handshake handshake;
  const auto fd = new_userfaultfd();
  REQUIRE(fcntl(fd.get(), F_SETFL, 0) == 0);
  send_with(handshake.theirs.get(), kGood, {fd.get()});
  const auto handoff = handshake.receive();
  CHECK((fcntl(handoff.userfaultfd.get(), F_GETFL) & O_NONBLOCK) != 0);
}

TEST_CASE("A handshake may come in pieces, the descriptor with any of them", "[core]") {
  Handshake handshake;
  const auto fd = new_userfaultfd();
  const std::string_view text = kGood;
  send_with(handshake.theirs.get(), text.substr(0, 10), {fd.get()});
  std::jthread rest([&] {
    for (const char c : text.substr(10)) {
      if (send(handshake.theirs.get(), &c, 1, MSG_NOSIGNAL) != 1) return;
      std::this_thread::yield();
    }
  });
  CHECK(handshake.receive().regions.size() == 1);
}

TEST_CASE("An empty message before the handshake is passed over", "[core]") {
  Handshake handshake(SOCK_SEQPACKET);
  const auto fd = new_userfaultfd();
  send_with(handshake.theirs.get(), "", {});
  send_with(handshake.theirs.get(), kGood, {fd.get()});
  CHECK(handshake.receive().regions.size() == 1);
}

TEST_CASE("A handshake may come over a listening socket", "[core]") {
  Handshake handshake;
  const fakes::MemoryFile folder(kPageSize, {});
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto path = folder.path().string() + ".sock";
  REQUIRE(path.size() < sizeof address.sun_path);
  std::memcpy(address.sun_path, path.c_str(), path.size());
  handshake.ours.reset(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto* name = reinterpret_cast<const sockaddr*>(&address);
  REQUIRE(bind(handshake.ours.get(), name, sizeof address) == 0);
  REQUIRE(listen(handshake.ours.get(), 1) == 0);
  const UniqueFd client(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  REQUIRE(connect(client.get(), name, sizeof address) == 0);
  const auto fd = new_userfaultfd();
  send_with(client.get(), kGood, {fd.get()});
  CHECK(handshake.receive().regions.size() == 1);
}

TEST_CASE("A handshake with the wrong descriptors is refused", "[core]") {
  Handshake handshake;
  const auto fd = new_userfaultfd();
  SECTION("none") {
    send_with(handshake.theirs.get(), kGood, {});
    CHECK_THAT(handshake.refusal(), ContainsSubstring("0 descriptors"));
  }
  SECTION("two") {
    send_with(handshake.theirs.get(), kGood, {fd.get(), fd.get()});
    CHECK_THAT(handshake.refusal(), ContainsSubstring("2 descriptors"));
  }
  SECTION("more than there is room for") {
    send_with(handshake.theirs.get(), kGood, std::vector<int>(16, fd.get()));
    CHECK_THAT(handshake.refusal(), ContainsSubstring("too many descriptors"));
  }
  SECTION("without end, a few with each byte") {
    for (int i = 0; i < 100; ++i)
      send_with(handshake.theirs.get(), " ", {fd.get(), fd.get(), fd.get()});
    CHECK_THAT(handshake.refusal(), ContainsSubstring("too many descriptors"));
  }
  SECTION("no userfaultfd") {
    const os::EventFd other;
    send_with(handshake.theirs.get(), kGood, {other.fd()});
    CHECK_THAT(handshake.refusal(), ContainsSubstring("not a userfaultfd"));
  }
  SECTION("any, with a private mapping") {
    send_with(handshake.theirs.get(), kGood, {fd.get()});
    CHECK_THAT(handshake.refusal(2s, MemoryBacking::private_mapping),
               ContainsSubstring("private mapping"));
  }
}

TEST_CASE("Descriptors that came with a refused handshake are closed", "[core]") {
  const auto open_now = [] {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return std::distance(begin(all), end(all));
  };
  const auto fd = new_userfaultfd();
  const auto before = open_now();
  {
    Handshake handshake;
    send_with(handshake.theirs.get(), kGood, {fd.get(), fd.get(), fd.get()});
    CHECK(handshake.refusal() != "accepted");
  }
  CHECK(open_now() == before);
}

TEST_CASE("A handshake about a private mapping has no descriptor", "[core]") {
  Handshake handshake;
  send_with(handshake.theirs.get(), kGood, {});
  const auto handoff = handshake.receive(2s, MemoryBacking::private_mapping);
  CHECK(handoff.regions.size() == 1);
  CHECK_FALSE(handoff.userfaultfd);
}

TEST_CASE("A handshake that does not come, or not all of it, is an error in time", "[core]") {
  Handshake handshake;
  SECTION("nothing: the deadline") {
    CHECK_THAT(handshake.refusal(50ms), ContainsSubstring("in time"));
  }
  SECTION("half of it: the deadline") {
    send_with(handshake.theirs.get(), "[{", {});
    CHECK_THAT(handshake.refusal(50ms), ContainsSubstring("in time"));
  }
  SECTION("what can never become one: at once") {
    for (const auto* text : {"x", " 1", "\"[\"", "{]", "]", "GET / HTTP/1.1"}) {
      Handshake other;
      send_with(other.theirs.get(), text, {});
      CHECK_THAT(other.refusal(1min), ContainsSubstring("not a JSON array"));
    }
  }
  SECTION("brackets in its texts") {
    send_with(handshake.theirs.get(), R"([{"a":"]}\\\"]", )", {});
    send_with(handshake.theirs.get(), R"("b":1}])", {});
    CHECK_THAT(handshake.refusal(), ContainsSubstring("has no"));
  }
  SECTION("half of it, then the end") {
    send_with(handshake.theirs.get(), "[{", {});
    handshake.theirs.reset();
    CHECK_THAT(handshake.refusal(), ContainsSubstring("in the middle"));
  }
  SECTION("the end at once: the VMM is gone") {
    handshake.theirs.reset();
    CHECK_THAT(handshake.refusal(), ContainsSubstring("the VMM ended before"));
  }
  SECTION("the VMM ends, somebody else holds its socket") {
    handshake.vmm.set();
    CHECK_THAT(handshake.refusal(), ContainsSubstring("the VMM ended before"));
  }
  SECTION("the run is ended") {
    handshake.stop.set();
    CHECK_THAT(handshake.refusal(), ContainsSubstring("run was ended"));
  }
}

TEST_CASE("A handshake without end is refused", "[core]") {
  Handshake handshake;
  std::jthread sender([&] {
    const std::string part(4096, ' ');
    for (int i = 0; i < 20; ++i)
      if (send(handshake.theirs.get(), part.data(), part.size(), MSG_NOSIGNAL) < 0) return;
  });
  CHECK_THAT(handshake.refusal(), ContainsSubstring("too long"));
  handshake.ours.reset();
}

TEST_CASE("A handshake in many small pieces does not take long to read", "[core]") {
  Handshake handshake;
  std::jthread sender([&] {
    const std::string text = "[" + std::string(60'000, ' ') + "]";
    for (const char c : text)
      if (send(handshake.theirs.get(), &c, 1, MSG_NOSIGNAL) < 0) return;
  });
  const auto before = std::chrono::steady_clock::now();
  CHECK_THAT(handshake.refusal(4s), ContainsSubstring("0 regions"));
  CHECK(std::chrono::steady_clock::now() - before < 4s);
  handshake.ours.reset();
}

TEST_CASE("For a bad handshake the VMM is blamed, and not the page server", "[core]") {
  const fakes::MemoryFile file(kMiB, {});
  const memory::FilePageSource source(file.path());
  auto servers = lazy_page_servers();
  REQUIRE_FALSE(servers.empty());
  timing::Timeline timeline;
  calls::Supervisor supervisor;
  const os::EventFd vmm;
  auto [ours, theirs] = os::socket_pair();
  memory::MemorySession session(source, std::move(servers[0].object), servers[0].name, timeline,
                                supervisor);
  send_with(theirs.get(), "{}", {});
  session.vmm_started(std::move(ours), vmm.fd(), deadline_in(1s));
  REQUIRE(readable_within(session.attached_fd(), 1s));
  CHECK_THAT(session.failure(), ContainsSubstring("not a JSON array"));
  CHECK_THAT(session.failure(), !ContainsSubstring(servers[0].name));
}

TEST_CASE("A hostile handshake ends every page server's session with a reason within a second",
          "[core]") {
  constexpr auto kTop = ~UINT64_C(0) - 4095;
  const fakes::MemoryFile file(kMiB, {{0, kMiB}});
  const memory::FilePageSource source(file.path());
  const auto fd = new_userfaultfd(); // nothing is registered with it
  const os::EventFd other;
  struct Case {
    std::string text;
    std::vector<int> descriptors;
    const char* reason;
  };
  const std::vector<Case> cases{
      {"[" + region(1 << 20, 4096, 0, 3) + "]", {fd.get()}, "page size 3"},
      {"[" + region(1 << 20, 8192, 0) + "," + region((1 << 20) + 4096, 4096, 65536) + "]",
       {fd.get()},
       "overlap in memory"},
      {"[" + region(1 << 20, 8192, 0) + "," + region(1 << 24, 4096, 4096) + "]",
       {fd.get()},
       "overlap in the file"},
      {"[" + region(kTop, 8192, 0) + "]", {fd.get()}, "address space"},
      {"[" + region(1 << 20, kTop, 4096) + "]", {fd.get()}, "address space"},
      {"[" + region(1 << 20, 8192, kTop) + "]", {fd.get()}, "passes the end"},
      {"[" + region(1 << 20, 2 * kMiB, 0) + "]", {fd.get()}, "passes the end"},
      {"[" + region(1 << 20, 0, 0) + "]", {fd.get()}, "empty"},
      {"[" + region(4097, 4096, 0) + "]", {fd.get()}, "not aligned"},
      {"[]", {fd.get()}, "0 regions"},
      {"{}", {fd.get()}, "not a JSON array"},
      {"[1]", {fd.get()}, "not an object"},
      {std::string(70'000, ' '), {fd.get()}, "too long"},
      {kGood, {}, "0 descriptors"},
      {kGood, {fd.get(), fd.get()}, "2 descriptors"},
      {kGood, std::vector<int>(9, fd.get()), "too many descriptors"},
      {kGood, {other.fd()}, "not a userfaultfd"},
  };
  for (const auto& [text, descriptors, reason] : cases) {
    for (auto& server : lazy_page_servers()) {
      INFO(server.name << ": " << reason);
      timing::Timeline timeline;
      calls::Supervisor supervisor;
      const os::EventFd vmm;
      auto [ours, theirs] = os::socket_pair();
      memory::MemorySession session(source, std::move(server.object), server.name, timeline,
                                    supervisor);
      send_with(theirs.get(), text, descriptors);
      session.vmm_started(std::move(ours), vmm.fd(), deadline_in(1s));
      REQUIRE(readable_within(session.attached_fd(), 1s));
      CHECK_THAT(session.failure(), ContainsSubstring(reason));
    }
  }
}

TEST_CASE("A userfaultfd that is good for nothing ends the session with a reason within a second",
          "[core]") {
  const fakes::MemoryFile file(kMiB, {{0, kMiB}});
  const memory::FilePageSource source(file.path());
  const UniqueFd never_initialised(
      static_cast<int>(syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK)));
  const auto covers_nothing = new_userfaultfd();
  const bool initialised = GENERATE(false, true);
  const int fd = initialised ? covers_nothing.get() : never_initialised.get();
  for (auto& server : lazy_page_servers()) {
    INFO(server.name);
    timing::Timeline timeline;
    calls::Supervisor supervisor;
    const os::EventFd vmm;
    auto [ours, theirs] = os::socket_pair();
    memory::MemorySession session(source, std::move(server.object), server.name, timeline,
                                  supervisor);
    send_with(theirs.get(), kGood, {fd});
    session.vmm_started(std::move(ours), vmm.fd(), deadline_in(1s));
    const auto until = deadline_in(1s);
    while (session.failure().empty() && poll_timeout_ms(until) > 0)
      std::this_thread::sleep_for(1ms);
    CHECK_FALSE(session.failure().empty());
    if (initialised) CHECK_THAT(session.failure(), ContainsSubstring("is not registered"));
  }
}
