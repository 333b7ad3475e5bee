#include "os/ear.hpp"

#include "os/event_fd.hpp"
#include "os/read_file.hpp"
#include "temporary_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <array>
#include <catch2/catch_all.hpp>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <thread>

using namespace dhg;
using namespace std::chrono_literals;
using dhg::fakes::TemporaryFolder;

namespace {

// Signals stay blocked for later tests' threads, which is what dhg itself has.
os::SignalFd& user_signals() {
  static os::SignalFd one;
  return one;
}

// @return the signal that broke it off, 0 for the time limit, -1 if nothing did
template <class Action>
int interruption(Action action) {
  try {
    action();
  } catch (const os::Interrupted& interrupted) {
    return interrupted.signal;
  }
  return -1;
}

std::array<pollfd, 1> on(int fd) { return {{{fd, POLLIN, 0}}}; }

} // namespace

TEST_CASE("ear: a wait ends with what it waits for, or at its own end") {
  const os::Ear ear(user_signals(), deadline_in(60s));
  os::EventFd event;
  auto fds = on(event.fd());
  CHECK_FALSE(ear.wait(fds, deadline_in(10ms)));
  CHECK_FALSE(ear.wait(fds, deadline_in(-1s)));
  event.set();
  CHECK(ear.wait(fds));
  CHECK(fds[0].revents == POLLIN);
  CHECK(os::wait(nullptr, fds));
  CHECK(interruption([&] { ear.listen(); }) == -1);
  CHECK(interruption([&] { os::hear(nullptr); }) == -1);
}

TEST_CASE("ear: the user's signals and time limit break a wait off") {
  os::Ear ear(user_signals());
  const os::EventFd never;
  auto fds = on(never.fd());
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    kill(getpid(), number);
    CHECK(interruption([&] { (void)ear.wait(fds); }) == number);
    kill(getpid(), number);
    CHECK(interruption([&] { ear.listen(); }) == number);
  }
  std::jthread later([] {
    std::this_thread::sleep_for(20ms);
    kill(getpid(), SIGTERM);
  });
  CHECK(interruption([&] { (void)ear.wait(fds, deadline_in(60s)); }) == SIGTERM);
  ear.set_deadline(deadline_in(20ms));
  CHECK(interruption([&] { (void)ear.wait(fds, deadline_in(60s)); }) == 0);
  CHECK(interruption([&] { ear.listen(); }) == 0);
}

TEST_CASE("ear: a signal comes before what is ready too") {
  const os::Ear ear(user_signals());
  os::EventFd event;
  event.set();
  auto fds = on(event.fd());
  kill(getpid(), SIGINT);
  CHECK(interruption([&] { (void)ear.wait(fds); }) == SIGINT);
}

TEST_CASE("ear: signals that end the process, while that is wanted") {
  (void)user_signals();
  const pid_t child = fork();
  if (child == 0) {
    { const os::SignalsEndUs at_once; }
    kill(getpid(), SIGTERM); // blocked again
    const os::SignalsEndUs at_once;
    _exit(1);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WEXITSTATUS(status) == 128 + SIGTERM);
}

TEST_CASE("read file: to its end, or one byte more than was wanted") {
  const TemporaryFolder folder;
  const auto path = (folder.path() / "a").string();
  std::ofstream(path) << "text";
  const auto fd = os::open_to_read(path);
  REQUIRE(fd);
  CHECK(os::read_to_end(fd.get(), 100, nullptr) == "text");
  CHECK(os::read_to_end(os::open_to_read(path).get(), 2, nullptr) == "tex");
  CHECK(os::read_to_end(os::open_to_read("/dev/null").get(), 2, nullptr) == "");
  CHECK(os::read_to_end(os::open_to_read("/dev/zero").get(), 2, nullptr)->size() == 3);
  CHECK_FALSE(os::open_to_read((folder.path() / "b").string()));
  CHECK(errno == ENOENT);
  CHECK_FALSE(os::read_to_end(os::open_to_read(folder.path()).get(), 100, nullptr));
  CHECK(errno == EISDIR);
}

TEST_CASE("read file: a FIFO is waited for, and its writer") {
  const TemporaryFolder folder;
  const auto path = (folder.path() / "fifo").string();
  REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  const auto fd = os::open_to_read(path);
  REQUIRE(fd);
  const os::Ear ear(user_signals(), deadline_in(20ms));
  CHECK(interruption([&] { (void)os::read_to_end(fd.get(), 100, &ear); }) == 0);
  {
    const UniqueFd writer(open(path.c_str(), O_WRONLY | O_CLOEXEC));
    CHECK(write(writer.get(), "half", 4) == 4);
    const os::Ear another(user_signals(), deadline_in(20ms));
    CHECK(interruption([&] { (void)os::read_to_end(fd.get(), 100, &another); }) == 0);
  }
  const auto late = os::open_to_read(path);
  std::jthread writer([&] { std::ofstream(path) << "whole"; });
  CHECK(os::read_to_end(late.get(), 100, nullptr) == "whole");
}

TEST_CASE("read file: what is in a FIFO ends where its writer left before") {
  const TemporaryFolder folder;
  const auto path = (folder.path() / "fifo").string();
  REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  const auto another_reader = os::open_to_read(path);
  REQUIRE(another_reader);
  std::ofstream(path) << "whole";
  const os::Ear ear(user_signals(), deadline_in(60s));
  CHECK(os::read_to_end(os::open_to_read(path).get(), 100, &ear) == "whole");
}

TEST_CASE("read file: a signal is heard while nothing comes") {
  std::array<int, 2> ends{};
  REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0);
  const UniqueFd reader(ends[0]);
  const UniqueFd writer(ends[1]);
  const os::Ear ear(user_signals());
  kill(getpid(), SIGINT);
  CHECK(interruption([&] { (void)os::read_to_end(reader.get(), 100, &ear); }) == SIGINT);
}
