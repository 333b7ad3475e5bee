#include "compare/child.hpp"

#include "os/page_cache.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <catch2/catch_all.hpp>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

using namespace dhg;
using namespace std::chrono_literals;
using compare::run_child;

namespace {

// Signals stay blocked for later tests' threads, which is what dhg itself has.
os::SignalFd& signals() {
  static os::SignalFd one;
  return one;
}

compare::ChildEnd shell(const std::string& command, std::chrono::milliseconds limit = 50s) {
  return run_child({"/bin/sh", {"-c", command}, {"PATH=/usr/bin:/bin"}, {}}, signals(), limit);
}

} // namespace

TEST_CASE("child: output, status and time are taken") {
  const auto end = shell("echo out; echo err >&2; sleep 0.05; exit 3");
  CHECK(end.out == "out\n");
  CHECK(end.err == "err\n");
  CHECK(WEXITSTATUS(end.status) == 3);
  CHECK(end.wall_ms >= 50);
  CHECK_FALSE(end.timed_out);
}

TEST_CASE("child: what its own children used counts") {
  const auto busy = shell("i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done");
  CHECK(busy.use.cpu_seconds > 0.01);
  CHECK(busy.use.peak_bytes > 100'000);
}

TEST_CASE("child: large output does not block it") {
  const auto end = shell("head -c 3000000 /dev/zero");
  CHECK(end.out.size() == 3'000'000);
  CHECK(end.status == 0);
}

TEST_CASE("child: output without end is cut off, and it ended") {
  const auto end = shell("exec cat /dev/zero", 60s);
  CHECK(end.too_much_output);
  CHECK(end.out.size() < 80'000'000);
}

TEST_CASE("child: the limit ends it, and what it started") {
  const auto end = shell("echo begun; sleep 31.4159 & echo $!; wait", 300ms);
  CHECK(end.timed_out);
  CHECK(end.wall_ms < 5000);
  REQUIRE(end.out.size() > 6);
  const auto grandchild = std::stoi(end.out.substr(6));
  for (int i = 0; i < 200 && kill(grandchild, 0) == 0; ++i) {
    // An orphan is a zombie until init takes it: that is gone enough.
    std::ifstream stat("/proc/" + std::to_string(grandchild) + "/stat");
    std::string pid, name, state;
    if (stat >> pid >> name >> state && state == "Z") return;
    std::this_thread::sleep_for(10ms);
  }
  CHECK(kill(grandchild, 0) != 0);
}

TEST_CASE("child: a signal to us ends it") {
  (void)signals();
  std::thread sender([] {
    std::this_thread::sleep_for(100ms);
    kill(getpid(), SIGINT);
  });
  const auto end = shell("sleep 31.4159");
  sender.join();
  CHECK(end.signal == SIGINT);
  CHECK(end.wall_ms < 5000);
}

TEST_CASE("page cache: pages are dropped and seen to be") {
  // On /var/tmp, for /tmp may be a tmpfs, whose pages are all there is of its files.
  auto name = (std::filesystem::path("/var/tmp") / "dhg-test-XXXXXX").string();
  const UniqueFd fd(mkstemp(name.data()));
  REQUIRE(fd);
  const std::string text(64UL * 4096, 'x');
  REQUIRE(write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  const auto count = [&] {
    const auto pages = os::resident_pages(name);
    CHECK(pages.size() == 64);
    return std::count(pages.begin(), pages.end(), true);
  };
  CHECK(count() == 64);
  os::drop_pages(name);
  CHECK(count() == 0);
  std::string back(4096, '\0');
  CHECK(pread(fd.get(), back.data(), back.size(), 0) == 4096);
  CHECK(count() > 0);
  unlink(name.c_str());
}
