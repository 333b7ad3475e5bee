// Calls into plugins: whose they are, what is made of what they throw, and how the process is left
// when they do not return. tests/integration/test_misbehaviour.py has the same from outside.

#include "calls/supervisor.hpp"

#include "os/readiness.hpp"
#include "os/signals.hpp"

#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch_all.hpp>
#include <csignal>
#include <stdexcept>

using namespace dhg;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

const char* callee() { return calls::callee("launcher 'tested'"); }

// What a child that does `body` ends with; it is given its time.
template <class Body>
int status_of_child(Body body) {
  const pid_t child = fork();
  if (child == 0) {
    body();
    _exit(1);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

} // namespace

TEST_CASE("calls: this thread's innermost call is known, and the outer one again after it") {
  CHECK(calls::current_call().callee == nullptr);
  {
    const calls::Mark outer(callee(), "restore");
    {
      const calls::Mark inner(calls::callee("page server 'other'"), "its constructor");
      CHECK(std::string(calls::current_call().callee) == "page server 'other'");
    }
    CHECK(std::string(calls::current_call().function) == "restore");
  }
  CHECK(calls::current_call().callee == nullptr);
}

TEST_CASE("calls: whatever a plugin throws gets its name, and keeps its hint") {
  calls::Supervisor supervisor;
  const auto told = [&](auto body) {
    try {
      supervisor.call(callee(), "restore", body);
    } catch (const Error& error) {
      return error.what() + ("|" + error.hint());
    }
    return std::string("nothing was thrown");
  };
  CHECK(told([] { throw Error(Blame::usage, "no room", "make room"); }) ==
        "launcher 'tested': no room|make room");
  CHECK(told([] { throw std::runtime_error("no luck"); }) ==
        "launcher 'tested': restore failed: no luck|");
  CHECK(told([] { throw 42; }) ==
        "launcher 'tested': restore threw something that is no std::exception|");
  CHECK_THROWS_AS(supervisor.call(callee(), "restore", [] { throw os::Interrupted{2}; }),
                  os::Interrupted);
  CHECK(supervisor.call(callee(), "restore", [] { return 7; }) == 7);
}

TEST_CASE("calls: one that does not return in time has the process left") {
  const auto hang = [](calls::Supervisor& supervisor) {
    supervisor.call(
        callee(), "restore",
        [] {
          for (;;) pause();
        },
        300ms);
  };
  CHECK(status_of_child([&] {
          calls::Supervisor supervisor;
          hang(supervisor);
        }) == 125);
  CHECK(status_of_child([&] {
          os::SignalFd signals;
          const os::Ear ear(signals);
          calls::Supervisor supervisor;
          const calls::Supervisor::Attention attention(
              supervisor, ear, [](const std::string& reason, const auto& wanted) {
                const auto* expected = "launcher 'tested' did not return from restore within 0.3 s";
                _exit(reason == expected && !wanted ? 99 : 98);
              });
          hang(supervisor);
        }) == 99);
}

TEST_CASE("calls: the user's end of the run has the process left soon after") {
  const bool by_signal = GENERATE(true, false);
  CHECK(status_of_child([&] {
          os::SignalFd signals;
          const os::Ear ear(signals, by_signal ? std::nullopt : std::optional(deadline_in(10ms)));
          calls::Supervisor supervisor;
          const calls::Supervisor::Attention attention(supervisor, ear);
          if (by_signal) kill(getpid(), SIGINT);
          supervisor.call(callee(), "restore", [] {
            for (;;) pause();
          });
        }) == (by_signal ? 130 : 124));
}

TEST_CASE("calls: signals that are blocked after the first call do not reach its watch") {
  CHECK(status_of_child([] {
          calls::Supervisor supervisor;
          supervisor.call(callee(), "restore", [] {});
          os::SignalFd signals;
          kill(getpid(), SIGTERM);
          _exit(os::is_readable(signals.fd()) && signals.take() == SIGTERM ? 99 : 98);
        }) == 99);
}

TEST_CASE("calls: who comes back in time is left alone, however often") {
  calls::Supervisor supervisor;
  for (int i = 0; i < 3; ++i)
    supervisor.call(
        callee(), "restore", [] { usleep(300'000); }, 600ms);
  SUCCEED("the process is still there");
}
