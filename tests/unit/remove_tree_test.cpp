#include "os/remove_tree.hpp"
#include "snapshot_folder.hpp"

#include <sched.h>
#include <sys/mount.h>
#include <catch2/catch_all.hpp>

using namespace snapshot_test;

TEST_CASE("A tree is removed, links in it are not followed") {
  const TemporaryFolder folder;
  fs::create_directories(folder.path() / "tree/a/b");
  write_text(folder.path() / "tree/a/file", "x");
  write_text(folder.path() / "outside", "stays");
  fs::create_symlink("../../outside", folder.path() / "tree/a/link");
  fs::create_directory_symlink(folder.path(), folder.path() / "tree/a/up");
  dhg::os::remove_tree(folder.path() / "tree");
  CHECK_FALSE(fs::exists(folder.path() / "tree"));
  CHECK(read_text(folder.path() / "outside") == "stays");
  dhg::os::remove_tree(folder.path() / "tree"); // gone already
}

TEST_CASE("What is mounted in a tree stays") {
  const TemporaryFolder folder;
  const auto mounted = folder.path() / "tree/a/mounted";
  fs::create_directories(mounted);
  write_text(folder.path() / "tree/a/file", "x");
  constexpr int kNotPermitted = 77;
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const int flags = geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER;
    if (unshare(flags) != 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        mount("tmpfs", mounted.c_str(), "tmpfs", 0, nullptr) != 0)
      _exit(kNotPermitted);
    write_text(mounted / "host", "stays");
    dhg::os::remove_tree(folder.path() / "tree");
    _exit(fs::exists(mounted / "host") && !fs::exists(folder.path() / "tree/a/file") ? 0 : 1);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  if (WEXITSTATUS(status) == kNotPermitted) {
    WARN("not tested: this user may not mount");
  } else {
    CHECK(WEXITSTATUS(status) == 0);
  }
}
