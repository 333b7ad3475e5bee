#include "dhg/process.hpp"

#include "dhg/error.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <array>
#include <atomic>
#include <catch2/catch_all.hpp>
#include <csignal>
#include <thread>

using namespace dhg;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

UniqueFd file_with(std::string_view text) {
  UniqueFd fd(memfd_create("test", MFD_CLOEXEC));
  REQUIRE(write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  return fd;
}

std::string text_of(int fd) {
  std::string text(64UL * 1024, '\0');
  const auto got = pread(fd, text.data(), text.size(), 0);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

// Runs it to its end. @return what it wrote to stdout
std::string output_of(ProcessSpec spec, int expected_status = 0) {
  const auto out = file_with("");
  spec.descriptors.emplace_back(out.get(), STDOUT_FILENO);
  ChildProcess child(spec);
  const auto status = child.wait(deadline_in(5s));
  REQUIRE(status);
  CHECK(WEXITSTATUS(*status) == expected_status);
  return text_of(out.get());
}

ProcessSpec sleeper() { return {"/bin/sleep", {"60"}, {}, {}}; }

std::string line_of(const std::string& text, const std::string& name) {
  const auto begin = text.find(name);
  REQUIRE(begin != std::string::npos);
  return text.substr(begin, text.find('\n', begin) - begin);
}

} // namespace

TEST_CASE("process: arguments arrive as they are") {
  CHECK(output_of({"/usr/bin/printf", {"%s|", "a b", "$HOME", "", "'\"\\"}, {}, {}}) ==
        "a b|$HOME||'\"\\|");
}

TEST_CASE("process: the environment is what was asked for and nothing else") {
  CHECK(output_of({"/usr/bin/env", {}, {}, {}}).empty());
  CHECK(output_of({"/usr/bin/env", {}, {"A=1", "B=x y=z"}, {}}) == "A=1\nB=x y=z\n");
}

TEST_CASE("process: descriptors whose numbers overlap") {
  const auto a = file_with("A");
  const auto b = file_with("B");
  const auto c = file_with("C");
  const auto path = [](int fd) { return "/proc/self/fd/" + std::to_string(fd); };
  // Each takes the number of the next.
  CHECK(output_of({"/bin/cat",
                   {path(a.get()), path(b.get()), path(c.get())},
                   {},
                   {{a.get(), b.get()}, {b.get(), c.get()}, {c.get(), a.get()}}}) == "CAB");
  // One descriptor under two numbers, and under its own.
  CHECK(output_of({"/bin/cat",
                   {path(20), path(21), path(a.get())},
                   {},
                   {{a.get(), 20}, {a.get(), 21}, {a.get(), a.get()}}}) == "AAA");
}

TEST_CASE("process: few descriptors are enough") {
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  const auto given = file_with("text");
  for (const rlim_t most : {256, 64}) {
    const rlimit few{most, before.rlim_max};
    REQUIRE(setrlimit(RLIMIT_NOFILE, &few) == 0);
    std::string output;
    CHECK_NOTHROW(output = output_of({"/bin/cat", {"/proc/self/fd/9"}, {}, {{given.get(), 9}}}));
    REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);
    CHECK(output == "text");
  }
}

TEST_CASE("process: stdin can be given, else it is empty") {
  const auto in = file_with("text");
  REQUIRE(lseek(in.get(), 0, SEEK_SET) == 0);
  CHECK(output_of({"/bin/cat", {}, {}, {{in.get(), STDIN_FILENO}}}) == "text");
  CHECK(output_of({"/bin/cat", {}, {}, {}}).empty());
}

TEST_CASE("process: no descriptor of ours leaks into the child") {
  const UniqueFd low(dup(STDERR_FILENO)); // without close-on-exec
  const UniqueFd high(fcntl(STDERR_FILENO, F_DUPFD, 600));
  REQUIRE(low);
  REQUIRE(high);
  const auto given = file_with("");
  // One more for the folder that ls reads.
  CHECK(output_of({"/bin/ls", {"/proc/self/fd"}, {}, {}}) == "0\n1\n2\n3\n");
  CHECK(output_of({"/bin/ls", {"-1v", "/proc/self/fd"}, {}, {{given.get(), 9}}}) ==
        "0\n1\n2\n3\n9\n");
}

TEST_CASE("process: signals are as for any program, in a session of its own") {
  sigset_t some;
  sigset_t before;
  sigemptyset(&some);
  sigaddset(&some, SIGTERM);
  sigprocmask(SIG_BLOCK, &some, &before);
  const auto pipe_before = signal(SIGPIPE, SIG_IGN);
  const auto status = output_of({"/bin/cat", {"/proc/self/status"}, {}, {}});
  const auto stat = output_of({"/bin/cat", {"/proc/self/stat"}, {}, {}});
  signal(SIGPIPE, pipe_before);
  sigprocmask(SIG_SETMASK, &before, nullptr);
  CHECK(line_of(status, "SigBlk") == "SigBlk:\t0000000000000000");
  const auto ignored = std::stoull(line_of(status, "SigIgn").substr(8), nullptr, 16);
  CHECK((ignored >> (SIGPIPE - 1) & 1) == 0);
  int pid = 0;
  int group = 0;
  int session = 0;
  REQUIRE(std::sscanf(stat.c_str(), "%d (%*[^)]) %*c %*d %d %d", &pid, &group, &session) == 3);
  CHECK(session == pid);
}

namespace {

pid_t handler_owner = 0;
std::atomic<int> handled_elsewhere{0};

// In a child that shares our memory, the counter is ours too.
void note_where(int /*number*/) {
  if (syscall(SYS_getpid) != handler_owner) ++handled_elsewhere;
}

} // namespace

TEST_CASE("process: no handler of ours runs in a child") {
  // In a process of its own: the signals go to its whole group.
  const pid_t tester = fork();
  if (tester == 0) {
    setpgid(0, 0);
    handler_owner = static_cast<pid_t>(syscall(SYS_getpid));
    struct sigaction action {};
    action.sa_handler = note_where;
    action.sa_flags = SA_RESTART;
    sigaction(SIGURG, &action, nullptr); // ignored by who does not handle it
    std::atomic<bool> over{false};
    std::thread sender([&] {
      while (!over) ::kill(0, SIGURG);
    });
    for (int i = 0; i < 300; ++i) ChildProcess({"/bin/true", {}, {}, {}}).wait(deadline_in(5s));
    over = true;
    sender.join();
    _exit(handled_elsewhere == 0 ? 0 : 1);
  }
  int status = -1;
  REQUIRE(waitpid(tester, &status, 0) == tester);
  CHECK(status == 0);
}

TEST_CASE("process: a program that cannot be started is an error that names it") {
  const auto descriptors_before = output_of({"/bin/ls", {"/proc/self/fd"}, {}, {}});
  for (const auto* program : {"/nonexistent/program", "/etc/passwd", "/tmp", ""}) {
    try {
      const ChildProcess child({program, {}, {}, {}});
      FAIL("started");
    } catch (const Error& error) {
      CHECK_THAT(error.what(), ContainsSubstring(std::string("'") + program + "'"));
      CHECK(error.blame() == Blame::environment);
    }
  }
  CHECK(waitpid(-1, nullptr, WNOHANG) == -1); // no zombie is left
  CHECK(output_of({"/bin/ls", {"/proc/self/fd"}, {}, {}}) == descriptors_before);
}

TEST_CASE("process: a descriptor that is not open is an error") {
  CHECK_THROWS_WITH(ChildProcess({"/bin/true", {}, {}, {{-1, 5}}}),
                    ContainsSubstring("Bad file descriptor"));
}

TEST_CASE("process: waiting ends at the deadline, or with the child") {
  ChildProcess child(sleeper());
  CHECK_FALSE(child.wait(deadline_in(20ms)));
  CHECK_FALSE(child.wait(deadline_in(0ms)));
  child.kill();
  child.kill();
  const auto status = child.wait(deadline_in(0ms));
  REQUIRE(status);
  CHECK(describe_wait_status(*status) == "was killed by signal 9 (Killed)");
}

TEST_CASE("process: its end is seen on its descriptor") {
  ChildProcess child({"/bin/false", {}, {}, {}});
  pollfd wait{child.process_fd(), POLLIN, 0};
  REQUIRE(poll(&wait, 1, 5000) == 1);
  CHECK(describe_wait_status(*child.wait(deadline_in(0ms))) == "exited with status 1");
}

TEST_CASE("process: it does not outlive its object") {
  int pid = 0;
  {
    const ChildProcess child(sleeper());
    pid = child.pid();
    CHECK(::kill(pid, 0) == 0);
  }
  CHECK(::kill(pid, 0) == -1);
}

TEST_CASE("process: it does not outlive a parent that is killed") {
  std::array<int, 2> ends{};
  REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0);
  const pid_t parent = fork();
  if (parent == 0) {
    const ChildProcess child(sleeper());
    const int pid = child.pid();
    if (write(ends[1], &pid, sizeof pid) != sizeof pid) _exit(1);
    for (;;) pause();
  }
  close(ends[1]);
  int pid = 0;
  REQUIRE(read(ends[0], &pid, sizeof pid) == sizeof pid);
  close(ends[0]);
  const UniqueFd child(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  REQUIRE(child);
  pollfd wait{child.get(), POLLIN, 0};
  CHECK(poll(&wait, 1, 0) == 0);
  REQUIRE(::kill(parent, SIGKILL) == 0);
  CHECK(poll(&wait, 1, 2000) == 1);
  CHECK(waitpid(parent, nullptr, 0) == parent);
}

TEST_CASE("process: with SIGCHLD ignored, waiting is an error and no endless loop") {
  const auto before = signal(SIGCHLD, SIG_IGN);
  {
    ChildProcess child({"/bin/true", {}, {}, {}});
    CHECK_THROWS_WITH(child.wait(deadline_in(2s)), ContainsSubstring("SIGCHLD"));
  }
  signal(SIGCHLD, before);
}
