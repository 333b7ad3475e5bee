// What Firecracker may say on its API socket and on its vsock, and what is made of it.

#include "firecracker/api.hpp"
#include "firecracker/vsock.hpp"

#include "dhg/guest_machine.hpp"
#include "os/event_fd.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <atomic>
#include <catch2/catch_all.hpp>
#include <cstring>
#include <functional>
#include <system_error>
#include <thread>

using namespace dhg;
using namespace dhg_firecracker;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

// Not with REQUIRE: Catch's assertions are for one thread, and peers are made in several.
UniqueFd listen_at(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::filesystem::remove(path); // of the peer before
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(fd.get(), 8) != 0)
    throw std::system_error(errno, std::generic_category(), path);
  return fd;
}

void say(int fd, const std::string& text) {
  (void)!send(fd, text.data(), text.size(), MSG_NOSIGNAL);
}

// Reads until `end` has come. @return all of it
std::string hear(int fd, const std::string& end) {
  std::string text;
  for (char byte = 0; text.find(end) == std::string::npos && recv(fd, &byte, 1, 0) == 1;)
    text += byte;
  return text;
}

// Listens at a path, and plays Firecracker to the first connection, in a thread.
class Peer {
 public:
  Peer(const std::filesystem::path& path, std::function<void(int)> part)
      : listener_(listen_at(path)), thread_([this, part = std::move(part)] {
          const UniqueFd connection(accept(listener_.get(), nullptr, nullptr));
          part(connection.get());
        }) {}
  ~Peer() { thread_.join(); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

 private:
  UniqueFd listener_;
  std::thread thread_;
};

struct Fixture {
  RunFolder folder;
  os::EventFd vmm; // stands for the pidfd

  // What comes of GET /version when this is what Firecracker answers.
  std::string answer_to(const std::string& answer) {
    const Peer peer(folder.api_socket(), [&](int fd) {
      (void)hear(fd, "\r\n\r\n");
      for (const char byte : answer) say(fd, {byte}); // in pieces
    });
    Api api(folder, vmm.fd(), deadline_in(5s));
    try {
      return api.call(version_request(), deadline_in(5s)).dump();
    } catch (const Error& error) {
      return error.what();
    }
  }
};

const std::string kHead = "HTTP/1.1 200 OK\r\nContent-Length: ";

} // namespace

TEST_CASE_METHOD(Fixture, "Firecracker's API: an answer in pieces is read") {
  CHECK(answer_to(kHead + "17\r\n\r\n{\"version\": \"1\"} ") == R"({"version":"1"})");
}

TEST_CASE_METHOD(Fixture, "Firecracker's API: a refusal has its words") {
  CHECK(answer_to("HTTP/1.1 400 \r\nContent-Length: 23\r\n\r\n{\"fault_message\":\"No.\"}") ==
        "Firecracker refused 'GET /version' (400): No.");
  CHECK_THAT(answer_to("HTTP/1.1 500 \r\nContent-Length: 4\r\n\r\nOops"),
             ContainsSubstring("(500): Oops"));
  CHECK_THAT(answer_to("HTTP/1.1 400 \r\nContent-Length: 0\r\n\r\n"),
             ContainsSubstring("without a reason"));
  CHECK_THAT(answer_to("HTTP/1.1 400 \r\nContent-Length: 19\r\n\r\n{\"fault_message\":7}"),
             ContainsSubstring("{\"fault_message\":7}"));
}

TEST_CASE_METHOD(Fixture, "Firecracker's API: what is no answer is an error with a reason") {
  CHECK_THAT(answer_to("nonsense\r\n\r\n"), ContainsSubstring("is not HTTP"));
  CHECK_THAT(answer_to(kHead + "3\r\n\r\n{{{"), ContainsSubstring("is not JSON"));
  CHECK_THAT(answer_to(""), ContainsSubstring("closed its API socket"));
  CHECK_THAT(answer_to(kHead + "100\r\n\r\n{\"half"), ContainsSubstring("closed its API socket"));
  CHECK_THAT(answer_to(kHead + "99999999999\r\n\r\n"),
             ContainsSubstring("is not HTTP: body limit"));
  CHECK_THAT(answer_to("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x')),
             ContainsSubstring("is not HTTP: header limit"));
}

TEST_CASE_METHOD(Fixture, "Firecracker's API: silence ends at the deadline, or with Firecracker") {
  std::atomic<bool> over{false};
  const Peer peer(folder.api_socket(), [&](int) {
    while (!over) std::this_thread::sleep_for(1ms);
  });
  Api api(folder, vmm.fd(), deadline_in(5s));
  CHECK_THROWS_WITH(api.call(version_request(), deadline_in(20ms)),
                    ContainsSubstring("did not answer 'GET /version' in time"));
  vmm.set();
  CHECK_THROWS_AS(api.call(version_request(), deadline_in(30s)), FirecrackerEnded);
  over = true;
}

TEST_CASE_METHOD(Fixture, "Firecracker's API: its socket is waited for, not for ever") {
  CHECK_THROWS_WITH(Api(folder, vmm.fd(), deadline_in(20ms)), ContainsSubstring("in time"));
  std::thread late([&] {
    std::this_thread::sleep_for(20ms);
    const Peer peer(folder.api_socket(), [](int fd) { (void)hear(fd, "\r\n\r\n"); });
  });
  {
    Api api(folder, vmm.fd(), deadline_in(5s));
    CHECK_THROWS_WITH(api.call(version_request(), deadline_in(5s)), ContainsSubstring("closed"));
  }
  late.join();
  std::filesystem::remove(folder.api_socket());
  vmm.set();
  CHECK_THROWS_AS(Api(folder, vmm.fd(), deadline_in(30s)), FirecrackerEnded);
}

TEST_CASE_METHOD(Fixture, "Firecracker's vsock: a connection is the guest's after one line") {
  const Peer peer(folder.vsock_socket(), [](int fd) {
    if (hear(fd, "\n") == "CONNECT 25704\n") say(fd, "OK 1073741824\nfirst words");
  });
  const auto agent =
      connect_vsock(folder.vsock_socket(), kAgentVsockPort, vmm.fd(), 1ms, deadline_in(5s));
  CHECK(hear(agent.get(), "words") == "first words");
}

TEST_CASE_METHOD(Fixture, "Firecracker's vsock: what is no OK is an error") {
  const auto [answer, words] = GENERATE(table<std::string, std::string>(
      {{"NO\n", "'NO'"}, {std::string(100, 'x'), "'xxxxxxxxxxxxxx'"}}));
  const Peer peer(folder.vsock_socket(), [text = answer](int fd) {
    (void)hear(fd, "\n");
    say(fd, text);
  });
  CHECK_THROWS_WITH(
      connect_vsock(folder.vsock_socket(), kAgentVsockPort, vmm.fd(), 1ms, deadline_in(5s)),
      ContainsSubstring("answers 'CONNECT' with " + words));
}

TEST_CASE_METHOD(Fixture, "Firecracker's vsock: nobody there is an error at the deadline") {
  CHECK_THROWS_WITH(
      connect_vsock(folder.vsock_socket(), kAgentVsockPort, vmm.fd(), 1ms, deadline_in(20ms)),
      ContainsSubstring("nobody listens on vsock port 25704"));
  vmm.set();
  CHECK_THROWS_AS(
      connect_vsock(folder.vsock_socket(), kAgentVsockPort, vmm.fd(), 1ms, deadline_in(30s)),
      FirecrackerEnded);
}
