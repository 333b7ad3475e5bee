#include "firecracker/run_folder.hpp"

#include "dhg/error.hpp"
#include "os/event_fd.hpp"
#include "temporary_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <catch2/catch_all.hpp>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <thread>

using namespace dhg;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using dhg_firecracker::RunFolder;
namespace fs = std::filesystem;
using dhg::fakes::TemporaryFolder;

namespace {

// Sets XDG_RUNTIME_DIR to a new folder, for as long as it lives.
class Runtime {
 public:
  explicit Runtime(const std::string& below = "") {
    if (const char* value = std::getenv("XDG_RUNTIME_DIR")) before_ = value;
    fs::create_directories(root_ / below);
    setenv("XDG_RUNTIME_DIR", (root_ / below).c_str(), 1);
  }
  ~Runtime() {
    if (before_)
      setenv("XDG_RUNTIME_DIR", before_->c_str(), 1);
    else
      unsetenv("XDG_RUNTIME_DIR");
  }
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;
  [[nodiscard]] fs::path folder() const { return root_ / "dhg"; }

 private:
  TemporaryFolder root_;
  std::optional<std::string> before_;
};

mode_t mode_of(const fs::path& path) {
  struct stat info {};
  REQUIRE(stat(path.c_str(), &info) == 0);
  return info.st_mode & 0777;
}

} // namespace

TEST_CASE("A run's folder: its own, private, and gone with it") {
  const Runtime runtime;
  fs::path path;
  {
    const RunFolder one;
    const RunFolder two;
    path = one.path();
    CHECK(one.path() != two.path());
    CHECK(path.parent_path() == runtime.folder());
    CHECK(mode_of(path) == 0700);
    CHECK(mode_of(runtime.folder()) == 0700);
    std::ofstream(path / "vsock_52") << "left behind";
  }
  CHECK_FALSE(fs::exists(path));
  CHECK(fs::is_empty(runtime.folder()));
}

TEST_CASE("A run's folder: what the dead left goes, what the living use stays") {
  const Runtime runtime;
  const RunFolder living;
  const auto dead = runtime.folder() / "fc.dead00";
  fs::create_directory(dead);
  std::ofstream(dead / "api") << "left behind";
  const RunFolder next;
  CHECK_FALSE(fs::exists(dead));
  CHECK(fs::exists(living.path()));
}

TEST_CASE("A run's folder: not where others can change it") {
  const Runtime runtime;
  fs::create_directory(runtime.folder());
  SECTION("open to all") { fs::permissions(runtime.folder(), fs::perms::all); }
  SECTION("a link") {
    fs::remove(runtime.folder());
    fs::create_directory_symlink("/tmp", runtime.folder());
  }
  SECTION("a file") {
    fs::remove(runtime.folder());
    std::ofstream(runtime.folder()) << "x";
  }
  CHECK_THROWS_WITH(RunFolder(), ContainsSubstring("only you can use"));
}

TEST_CASE("A run's folder: its sockets' paths fit, however long the runtime folder's is") {
  for (const auto* below : {"",
                            "a-folder-with-a-name-that-is-very-long-indeed/and-another-one-below"
                            "-it-which-is-just-as-long-as-the-first"}) {
    const Runtime runtime(below);
    const RunFolder folder;
    CHECK((folder.path() / "vsock_4294967295").native().size() < sizeof(sockaddr_un::sun_path));
    CHECK(folder.listen_for_handoff());
  }
}

TEST_CASE("A run's folder: a new file in it ends the wait") {
  const Runtime runtime;
  const RunFolder folder;
  const os::EventFd alive;
  std::thread maker([&] {
    std::this_thread::sleep_for(20ms);
    std::ofstream(folder.api_socket()) << "";
  });
  const auto begin = std::chrono::steady_clock::now();
  CHECK(folder.await_new_file(alive.fd(), deadline_in(10s)));
  CHECK(std::chrono::steady_clock::now() - begin < 5s);
  maker.join();
}

TEST_CASE("A run's folder: the VMM's end, or the deadline, ends the wait too") {
  const Runtime runtime;
  const RunFolder folder;
  os::EventFd vmm;
  CHECK(folder.await_new_file(vmm.fd(), deadline_in(1ms)));
  vmm.set();
  CHECK_FALSE(folder.await_new_file(vmm.fd(), deadline_in(10s)));
}
