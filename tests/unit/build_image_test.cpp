#include "run/images/build_image.hpp"

#include "dhg/error.hpp"
#include "temporary_folder.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch_all.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

using namespace dhg;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using dhg::fakes::TemporaryFolder;

namespace {

os::SignalFd& script_signals() {
  static os::SignalFd one;
  return one;
}

class ImageScript {
 public:
  explicit ImageScript(const std::string& text) {
    std::ofstream(path()) << "#!/bin/bash\n" << text;
    chmod(path().c_str(), 0700);
  }
  // Runs it. `hear` gets each line.
  void run(const std::function<void(const std::string&)>& hear = [](const std::string&) {}) {
    run::run_image_script(path(), {}, script_signals(), [&](std::string_view line) {
      lines.emplace_back(line);
      hear(lines.back());
    });
  }
  [[nodiscard]] std::filesystem::path path() const { return folder_.path() / "script"; }
  std::vector<std::string> lines;

 private:
  const TemporaryFolder folder_;
};

bool lives(const std::string& pid) { return kill(std::stoi(pid), 0) == 0; }

double seconds_of(const std::function<void()>& action) {
  const auto begin = std::chrono::steady_clock::now();
  action();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

} // namespace

TEST_CASE("image scripts: what they say arrives line by line") {
  ImageScript script("echo one; echo two >&2; printf three");
  script.run();
  CHECK(script.lines == std::vector<std::string>{"one", "two"});
}

TEST_CASE("image scripts: the last line tells why one failed") {
  ImageScript script("echo before; echo 'no space' >&2; exit 3");
  try {
    script.run();
    FAIL("it succeeded");
  } catch (const Error& error) {
    CHECK(std::string(error.what()) == "'script' exited with status 3");
    CHECK(error.hint() == "no space");
  }
}

TEST_CASE("image scripts: a daemon that one leaves behind is not waited for, but ended") {
  // Both hold the script's output open; the second has left its session and its parent.
  ImageScript script(
      "sleep 1000 & echo $!\n"
      "setsid bash -c 'setsid sleep 1000 & echo $!' &\n"
      "wait $!\n"
      "echo last");
  CHECK(seconds_of([&] { script.run(); }) < 20);
  REQUIRE(script.lines.size() == 3);
  CHECK(script.lines[2] == "last");
  CHECK_FALSE(lives(script.lines[0]));
  CHECK_FALSE(lives(script.lines[1]));
}

TEST_CASE("image scripts: a signal ends one, and all that it started") {
  ImageScript script(
      "trap 'echo tidy; exit 143' TERM\n"
      "setsid sleep 1000 & echo $!\n"
      "while :; do sleep 0.01; done");
  const auto interrupt = [&](const std::string& line) {
    // Bash itself may say that what it waited for was terminated.
    if (line.find_first_not_of("0123456789") == line.npos) kill(getpid(), SIGINT);
  };
  int signal = 0;
  const auto seconds = seconds_of([&] {
    try {
      script.run(interrupt);
    } catch (const run::Interrupted& interrupted) {
      signal = interrupted.signal;
    }
  });
  CHECK(signal == SIGINT);
  CHECK(seconds < 9);
  REQUIRE(script.lines.size() >= 2);
  CHECK(script.lines.back() == "tidy");
  CHECK_FALSE(lives(script.lines[0]));
}

TEST_CASE("image scripts: a second signal does not wait for a script that will not end") {
  ImageScript script("trap 'echo no' TERM; echo up; while :; do sleep 0.01; done");
  const auto seconds = seconds_of([&] {
    CHECK_THROWS_AS(script.run([](const std::string&) { kill(getpid(), SIGTERM); }),
                    run::Interrupted);
  });
  CHECK(seconds < 9);
  CHECK(script.lines.front() == "up");
}

TEST_CASE("image scripts: a line without end is passed on in parts") {
  ImageScript script("head -c 1000000 /dev/zero | tr '\\0' x; echo");
  script.run();
  std::size_t all = 0;
  for (const auto& line : script.lines) {
    CHECK(line.size() <= 128UL * 1024);
    all += line.size();
  }
  CHECK(all == 1'000'000);
}

TEST_CASE("image scripts: what the user's own pip is told is kept from them") {
  for (const auto* name : {"PIP_REQUIRE_VIRTUALENV", "PIP_USER", "PIP_TARGET", "PIP_INDEX_URL"})
    setenv(name, "1", 1);
  ImageScript script("env | grep -E '^PIP_(REQUIRE_VIRTUALENV|USER|TARGET|INDEX_URL)='");
  script.run();
  CHECK(script.lines == std::vector<std::string>{"PIP_INDEX_URL=1"});
  for (const auto* name : {"PIP_REQUIRE_VIRTUALENV", "PIP_USER", "PIP_TARGET", "PIP_INDEX_URL"})
    unsetenv(name);
}
