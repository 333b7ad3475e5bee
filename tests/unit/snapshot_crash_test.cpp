// What a death, a full disk or a neighbour can do to the store.

#include "snapshot_folder.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <catch2/catch_all.hpp>
#include <vector>

using namespace snapshot_test;

namespace {

constexpr int kNotPermitted = 77;

enum class Fate { killed, finished, not_traced };

// Lets the child stop before its n-th system call from its SIGSTOP on, and kills it
// there.
Fate kill_before_call(Child& child, int n) {
  int status = 0;
  waitpid(child.pid, &status, 0);
  if (!WIFSTOPPED(status)) {
    child.pid = -1;
    REQUIRE(WEXITSTATUS(status) == kNotPermitted);
    return Fate::not_traced;
  }
  ptrace(PTRACE_SETOPTIONS, child.pid, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
  for (int stops = 0; stops < 2 * n - 1; ++stops) { // one before each call, one after
    ptrace(PTRACE_SYSCALL, child.pid, nullptr, nullptr);
    waitpid(child.pid, &status, 0);
    if (WIFSTOPPED(status)) continue;
    child.pid = -1;
    REQUIRE(WIFEXITED(status));
    REQUIRE(WEXITSTATUS(status) == 0);
    return Fate::finished;
  }
  child.kill();
  return Fate::killed;
}

// Publishing fails, the old snapshot stays, and nothing else does.
int publish_in_vain(const Store& store, const std::function<void(const fs::path&)>& obstruct) {
  bool failed = false;
  {
    auto staging = store.stage(kName);
    fill(staging.path(), "2");
    obstruct(staging.path());
    try {
      store.publish(staging, kName, sample_manifest("2"));
    } catch (const dhg::Error& error) {
      failed = std::string(error.what()).find("manifest.json") != std::string::npos;
    }
  }
  if (!failed) return 1;
  if (entries(store.root() / "staging") != 0) return 2;
  if (entries(store.root() / "snapshots") != 1) return 3;
  return complete_version(store) == "1" ? 0 : 4;
}

} // namespace

TEST_CASE("Killed at any system call of publishing, the old or new snapshot is complete") {
  const TemporaryFolder folder;
  const Store store(folder.path() / "cache");
  make_image(store);
  publish(store, "0");
  int replaced = 0;
  int kills = 0;
  for (int n = 1;; ++n) {
    const auto before = complete_version(store);
    const auto version = std::to_string(n);
    Child child([&] {
      auto staging = store.stage(kName);
      fill(staging.path(), version);
      if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) return kNotPermitted;
      raise(SIGSTOP);
      store.publish(staging, kName, sample_manifest(version));
      return 0;
    });
    const auto fate = kill_before_call(child, n);
    if (fate == Fate::not_traced) {
      WARN("not permitted to trace a child: not tested");
      return;
    }
    INFO("call " << n);
    const auto now = complete_version(store);
    REQUIRE((now == before || now == version));
    replaced += now == version ? 1 : 0;
    store.clean_stale();
    REQUIRE(entries(store.root() / "staging") == 0);
    REQUIRE(entries(store.root() / "snapshots") == 1);
    if (fate == Fate::finished) break;
    ++kills;
  }
  CHECK(kills > 20);
  CHECK(replaced > 1); // some deaths came after the exchange
  publish(store, "last");
  CHECK(complete_version(store) == "last");
}

TEST_CASE("Where no file can grow, publishing leaves the old snapshot") {
  const TemporaryFolder folder;
  const Store store(folder.path() / "cache");
  make_image(store);
  publish(store, "1");
  Child child([&] {
    return publish_in_vain(store, [](const fs::path&) {
      signal(SIGXFSZ, SIG_IGN);
      const rlimit limit{100, 100};
      setrlimit(RLIMIT_FSIZE, &limit);
    });
  });
  CHECK(child.wait() == 0);
  CHECK(complete_version(store) == "1");
}

TEST_CASE("On a full disk, publishing leaves the old snapshot and nothing behind") {
  const TemporaryFolder folder;
  Child child([&] {
    // Its own view of the mounts: goes with it.
    if (unshare(CLONE_NEWNS) != 0 || mount("", "/", "", MS_REC | MS_PRIVATE, "") != 0 ||
        mount("tmpfs", folder.path().c_str(), "tmpfs", 0, "size=1m") != 0)
      return kNotPermitted;
    const Store store(folder.path() / "cache");
    make_image(store);
    publish(store, "1");
    return publish_in_vain(store, [](const fs::path& staging) {
      std::ofstream filler(staging / "filler", std::ios::binary);
      const std::string page(4096, 'x');
      while (filler << page && filler.flush()) {
      }
    });
  });
  const auto status = child.wait();
  if (status == kNotPermitted)
    WARN("not permitted to mount a small disk: not tested");
  else
    CHECK(status == 0);
}

TEST_CASE("Cleaning removes what the dead left and nothing of the living") {
  const TemporaryFolder folder;
  const Store store(folder.path() / "cache");
  const auto own = store.stage("own");
  write_text(own.path() / "file", "x");
  const Signal made;
  const Signal never;
  Child other([&] {
    const auto staging = store.stage("other");
    write_text(staging.path() / "file", "x");
    made.give();
    never.await();
    return 0;
  });
  made.await();

  store.clean_stale();
  CHECK(entries(store.root() / "staging") == 2);
  other.kill();
  CHECK(entries(store.root() / "staging") == 2);
  store.clean_stale();
  CHECK(entries(store.root() / "staging") == 1);
  CHECK(read_text(own.path() / "file") == "x");
}

TEST_CASE("Many processes publish, open, list and clean at once") {
  const TemporaryFolder folder;
  const Store store(folder.path() / "cache");
  make_image(store);
  publish(store, "0");
  std::vector<std::unique_ptr<Child>> children;
  for (int c = 0; c < 6; ++c)
    children.push_back(std::make_unique<Child>([&, c] {
      for (int i = 0; i < 40; ++i) {
        if (c < 2) publish(store, fmt::format("{}.{}", c, i));
        store.clean_stale();
        const auto snapshot = store.open_snapshot(kName);
        if (read_text(snapshot.file("state")) != "state " + snapshot.manifest().dhg_version)
          return 1;
        if (!store.list().at(0).problem.empty()) return 2;
        if (c == 5 && !store.verify(kName).empty()) return 3;
      }
      return 0;
    }));
  for (const auto& child : children) CHECK(child->wait() == 0);
  CHECK_NOTHROW(complete_version(store));
  CHECK(entries(store.root() / "staging") == 0);
}
