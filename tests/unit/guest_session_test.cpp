#include "run/exec/guest_session.hpp"

#include "dhg/error.hpp"
#include "guest_link/request.hpp"
#include "os/event_fd.hpp"
#include "os/unix_socket.hpp"
#include "standard_output.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <atomic>
#include <catch2/catch_all.hpp>
#include <csignal>
#include <functional>
#include <thread>

using namespace dhg;
using run::await_readable;
using run::CaptureSink;
using run::ExchangeEnd;
using run::PumpedSink;
using run::Stopped;
using run::StreamSink;
using namespace std::chrono_literals;
using guest_link::Conversation;
using guest_link::FrameType;

namespace {

constexpr std::uint64_t kNoLimit = UINT64_C(1) << 40;

// Takes the signals, and gives them back.
class Signals {
 public:
  Signals() {
    sigprocmask(SIG_SETMASK, nullptr, &mask_);
    fd_.emplace();
  }
  ~Signals() {
    sigprocmask(SIG_SETMASK, &mask_, nullptr);
    signal(SIGPIPE, SIG_DFL);
  }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  os::SignalFd& fd() { return *fd_; }

 private:
  sigset_t mask_{};
  std::optional<os::SignalFd> fd_;
};

// The other end of the agent's connection, driven by a script in a thread.
class SocketGuest {
 public:
  explicit SocketGuest(const std::function<void(SocketGuest&)>& script) {
    std::tie(agent_, socket_) = os::socket_pair();
    thread_ = std::thread([this, script] {
      script(*this);
      if (close_at_end) socket_.reset();
    });
  }
  ~SocketGuest() {
    agent_.reset(); // wakes a script that still sends or receives
    thread_.join();
  }
  SocketGuest(const SocketGuest&) = delete;
  SocketGuest& operator=(const SocketGuest&) = delete;
  [[nodiscard]] int agent() const { return agent_.get(); }

  // Of the script. False once nobody listens.
  bool says(FrameType type, std::string_view payload = "{}") {
    std::string text;
    guest_link::append_frame(text, type, payload);
    return says_bytes(text);
  }
  bool says_bytes(std::string_view text) {
    while (!text.empty()) {
      const auto sent = send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  bool greets() {
    return says(FrameType::guest_hello, R"({"protocol":3,"agent":"1","python":"3"})");
  }
  void hears(std::size_t bytes) {
    std::string buffer(64UL * 1024, '\0');
    while (bytes > heard) {
      const auto got = recv(socket_.get(), buffer.data(), buffer.size(), 0);
      if (got <= 0) return;
      heard += static_cast<std::size_t>(got);
    }
  }
  // Nothing if the other end is gone.
  std::string hears_exactly(std::size_t bytes) {
    std::string text(bytes, '\0');
    for (std::size_t at = 0; at < bytes;) {
      const auto got = recv(socket_.get(), text.data() + at, bytes - at, 0);
      if (got <= 0) return "";
      at += static_cast<std::size_t>(got);
    }
    return text;
  }
  // One STDIN frame. @return the size of its payload
  std::size_t hears_input(std::string& payload) {
    const auto header = hears_exactly(8);
    if (header.empty()) return 0;
    CHECK(header[4] == static_cast<char>(FrameType::stdin));
    std::size_t size = 0;
    for (unsigned i = 0; i < 4; ++i)
      size |= std::size_t{static_cast<unsigned char>(header[i])} << 8 * i;
    payload = size == 0 ? "" : hears_exactly(size);
    return payload.size();
  }
  void waits_for_the_end() { hears(SIZE_MAX); }
  std::atomic<std::size_t> heard{0};
  std::atomic<bool> close_at_end{false};

 private:
  UniqueFd agent_;
  UniqueFd socket_;
  std::thread thread_;
};

struct Host {
  Signals signals;
  os::EventFd vmm;
  CaptureSink capture;

  ExchangeEnd exchange(const SocketGuest& guest, PumpedSink& sink, Conversation& conversation,
                       std::string_view request = "request",
                       std::optional<Deadline> deadline = deadline_in(8s)) {
    return run::exchange(guest.agent(), request, conversation, sink,
                         {signals.fd(), vmm.fd(), deadline});
  }
};

} // namespace

TEST_CASE("exchange: a run from request to end") {
  Host host;
  SocketGuest guest([](SocketGuest& g) {
    g.hears(7);
    g.greets();
    g.says(FrameType::out, "hello\n");
    g.says(FrameType::err, "oh\n");
    g.says(FrameType::done);
    g.waits_for_the_end();
  });
  Conversation conversation(host.capture, {kNoLimit, kNoLimit});
  const auto end = host.exchange(guest, host.capture, conversation);
  CHECK(end.stopped == Stopped::no);
  CHECK(end.request_begun);
  CHECK(conversation.state() == Conversation::State::done);
  CHECK(host.capture.out_text() == "hello\n");
  CHECK(host.capture.err_text() == "oh\n");
}

TEST_CASE("exchange: an input is sent after the request, as far as it is taken") {
  Host host;
  int ends[2];
  REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  const UniqueFd reader(ends[0]);
  const std::string text(3 * guest_link::kInputWindow, 'i');
  std::jthread writer([&text, fd = UniqueFd(ends[1])] {
    for (std::size_t at = 0; at < text.size();) {
      const auto written = write(fd.get(), text.data() + at, text.size() - at);
      if (written <= 0) return;
      at += static_cast<std::size_t>(written);
    }
  });
  SocketGuest guest([&](SocketGuest& g) {
    g.hears_exactly(7);
    g.greets();
    std::size_t taken = 0;
    for (std::string frame; taken < text.size();) {
      const auto got = g.hears_input(frame);
      if (got == 0) return;
      taken += got;
      std::string told(4, '\0');
      for (unsigned i = 0; i < 4; ++i) told[i] = static_cast<char>(got >> 8 * i & 0xff);
      if (!g.says(FrameType::stdin_taken, told)) return;
    }
    std::string last;
    CHECK(g.hears_input(last) == 0); // its end
    g.says(FrameType::done);
    g.waits_for_the_end();
  });
  Conversation conversation(host.capture, {kNoLimit, kNoLimit});
  const auto end = run::exchange(
      guest.agent(), "request", conversation, host.capture,
      {host.signals.fd(), host.vmm.fd(), deadline_in(20s), std::nullopt, reader.get()});
  CHECK(end.stopped == Stopped::no);
}

TEST_CASE("exchange: a long request while the guest talks already") {
  Host host;
  const std::string request(8UL * 1024 * 1024, 'r');
  const std::string noise(30'000, 'n');
  SocketGuest guest([&](SocketGuest& g) {
    g.greets();
    for (int i = 0; i < 100; ++i) g.says(FrameType::out, noise);
    g.hears(request.size());
    g.says(FrameType::done);
    g.waits_for_the_end();
  });
  Conversation conversation(host.capture, {kNoLimit, kNoLimit});
  CHECK(host.exchange(guest, host.capture, conversation, request).stopped == Stopped::no);
  CHECK(host.capture.out_text().size() == 100 * noise.size());
  CHECK(guest.heard == request.size());
}

TEST_CASE("exchange: a slow reader gets everything, and holds up the guest") {
  Host host;
  constexpr std::size_t kFrames = 150;
  const std::string part(30'000, 'p');
  std::atomic<std::size_t> said{0};
  SocketGuest guest([&](SocketGuest& g) {
    g.greets();
    for (std::size_t i = 0; i < kFrames; ++i, ++said) g.says(FrameType::out, part);
    g.says(FrameType::exited, std::string("\1\3\0\0\0", 5));
    g.waits_for_the_end();
  });
  StreamSink sink;
  Conversation conversation(sink, {kNoLimit, kNoLimit});
  ExchangeEnd end;
  std::atomic<std::size_t> received{0};
  std::size_t said_before_reading = kFrames;
  {
    const fakes::StandardOutput standard_output;
    std::jthread reader([&] {
      std::this_thread::sleep_for(200ms);
      said_before_reading = said;
      while (received < kFrames * part.size()) {
        const auto got = standard_output.read_some().size();
        if (got == 0) return;
        received += got;
      }
    });
    end = host.exchange(guest, sink, conversation);
  }
  CHECK(end.stopped == Stopped::no);
  CHECK(received == kFrames * part.size());
  CHECK(said_before_reading < kFrames);
  CHECK(conversation.state() == Conversation::State::exited);
  CHECK(conversation.agent_exit().status == 3);
}

TEST_CASE("exchange: a reader that goes away ends the run") {
  Host host;
  SocketGuest guest([](SocketGuest& g) {
    g.greets();
    while (g.says(FrameType::out, std::string(1000, 'x'))) continue;
  });
  StreamSink sink;
  Conversation conversation(sink, {kNoLimit, kNoLimit});
  ExchangeEnd end;
  {
    fakes::StandardOutput standard_output;
    standard_output.close_reader();
    end = host.exchange(guest, sink, conversation);
  }
  CHECK(end.stopped == Stopped::output_closed);
}

TEST_CASE("exchange: the timeout") {
  Host host;
  Conversation conversation(host.capture, {kNoLimit, kNoLimit});
  const auto before = std::chrono::steady_clock::now();
  SECTION("of a silent guest") {
    SocketGuest guest([](SocketGuest& g) { g.waits_for_the_end(); });
    const auto end = host.exchange(guest, host.capture, conversation, "r", deadline_in(50ms));
    CHECK(end.stopped == Stopped::timeout);
    CHECK(end.request_begun);
  }
  SECTION("of a guest that never stops talking") {
    SocketGuest guest([](SocketGuest& g) {
      g.greets();
      while (g.says(FrameType::out, "x")) continue;
    });
    const auto end = host.exchange(guest, host.capture, conversation, "r", deadline_in(50ms));
    CHECK(end.stopped == Stopped::timeout);
  }
  SECTION("that was over before the request began") {
    SocketGuest guest([](SocketGuest& g) { g.waits_for_the_end(); });
    const auto end = host.exchange(guest, host.capture, conversation, "r", deadline_in(-1ms));
    CHECK(end.stopped == Stopped::timeout);
    CHECK_FALSE(end.request_begun);
  }
  CHECK(std::chrono::steady_clock::now() - before < 2s);
}

TEST_CASE("exchange: the guest's connection ends too early") {
  Host host;
  Conversation conversation(host.capture, {kNoLimit, kNoLimit});
  SECTION("at once") {
    SocketGuest guest([](SocketGuest& g) { g.close_at_end = true; });
    CHECK(host.exchange(guest, host.capture, conversation).stopped == Stopped::vm_ended);
  }
  SECTION("after some output, which is kept") {
    SocketGuest guest([](SocketGuest& g) {
      g.greets();
      for (int i = 0; i < 100; ++i) g.says(FrameType::out, std::string(10'000, 'x'));
      g.close_at_end = true;
    });
    CHECK(host.exchange(guest, host.capture, conversation).stopped == Stopped::vm_ended);
    CHECK(host.capture.out_text().size() == 1'000'000);
  }
  SECTION("in the middle of a frame") {
    SocketGuest guest([](SocketGuest& g) {
      g.greets();
      g.says_bytes(std::string_view("\x10\0\0\0\x82\0\0\0abc", 11));
      g.close_at_end = true;
    });
    CHECK(host.exchange(guest, host.capture, conversation).stopped == Stopped::vm_ended);
    CHECK(host.capture.out_text().empty());
  }
}

TEST_CASE("exchange: with a grace, the guest hears of the first SIGINT and may end by itself") {
  Host host;
  const auto word = guest_link::encode_interrupt();
  std::atomic<bool> told = false;
  SocketGuest guest([&](SocketGuest& g) {
    g.hears(7);
    g.greets();
    kill(getpid(), SIGINT);
    g.hears(7 + word.size());
    told = g.heard == 7 + word.size();
    g.says(FrameType::out, "cleaned up");
    g.says(FrameType::done);
    g.waits_for_the_end();
  });
  Conversation conversation(host.capture, {kNoLimit, kNoLimit});
  const auto end = run::exchange(guest.agent(), "request", conversation, host.capture,
                                 {host.signals.fd(), host.vmm.fd(), deadline_in(8s), 8s});
  CHECK(end.stopped == Stopped::no);
  CHECK(told);
  CHECK(host.capture.out_text() == "cleaned up");
}

TEST_CASE("exchange: a guest that does not end by itself is ended") {
  Host host;
  const int second = GENERATE(0, SIGINT, SIGTERM);
  SocketGuest guest([&](SocketGuest& g) {
    g.hears(7);
    g.greets();
    kill(getpid(), SIGINT);
    g.hears(7 + guest_link::encode_interrupt().size());
    if (second != 0) kill(getpid(), second);
    g.waits_for_the_end();
  });
  Conversation conversation(host.capture, {kNoLimit, kNoLimit});
  const auto grace = second == 0 ? 50ms : 1h;
  const auto end = run::exchange(guest.agent(), "request", conversation, host.capture,
                                 {host.signals.fd(), host.vmm.fd(), deadline_in(8s), grace});
  CHECK(end.stopped == Stopped::signal);
  CHECK(end.signal == (second == 0 ? SIGINT : second));
}

TEST_CASE("exchange: a signal ends the run") {
  Host host;
  SocketGuest guest([](SocketGuest& g) { g.waits_for_the_end(); });
  Conversation conversation(host.capture, {kNoLimit, kNoLimit});
  const int number = GENERATE(SIGINT, SIGTERM, SIGHUP);
  REQUIRE(kill(getpid(), number) == 0);
  const auto end = host.exchange(guest, host.capture, conversation);
  CHECK(end.stopped == Stopped::signal);
  CHECK(end.signal == number);
}

TEST_CASE("exchange: a guest that breaks the protocol") {
  Host host;
  SocketGuest guest([](SocketGuest& g) { g.says_bytes("this is not the protocol"); });
  Conversation conversation(host.capture, {kNoLimit, kNoLimit});
  CHECK_THROWS_AS(host.exchange(guest, host.capture, conversation), Error);
}

TEST_CASE("waiting: for what came first") {
  Host host;
  os::EventFd awaited;
  const auto wait = [&](std::optional<Deadline> deadline = deadline_in(5s)) {
    return await_readable(awaited.fd(), {host.signals.fd(), host.vmm.fd(), deadline});
  };
  SECTION("it") {
    awaited.set();
    host.vmm.set();
    CHECK(wait().stopped == Stopped::no);
  }
  SECTION("the VMM's end") {
    host.vmm.set();
    CHECK(wait(std::nullopt).stopped == Stopped::vm_ended);
  }
  SECTION("the deadline") { CHECK(wait(deadline_in(20ms)).stopped == Stopped::timeout); }
  SECTION("a signal") {
    awaited.set();
    REQUIRE(kill(getpid(), SIGTERM) == 0);
    CHECK(wait().stopped == Stopped::signal);
    CHECK(wait().stopped == Stopped::no);
  }
}
