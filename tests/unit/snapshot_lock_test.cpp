#include "os/file_lock.hpp"
#include "snapshot_folder.hpp"

#include <fmt/format.h>
#include <catch2/catch_all.hpp>
#include <chrono>
#include <csignal>
#include <future>

using namespace snapshot_test;
using namespace dhg::os;
using namespace std::chrono_literals;

namespace {

// A process that holds the lock until it is killed.
class Holder {
 public:
  Holder(const fs::path& path, LockMode mode)
      : child_([this, path, mode] {
          const auto lock = FileLock::try_take(path, mode);
          holds_.give();
          if (lock) never_.await();
          return 1;
        }) {
    holds_.await();
  }
  [[nodiscard]] pid_t pid() const { return child_.pid; }
  void kill() { child_.kill(); }

 private:
  Signal holds_;
  Signal never_;
  Child child_;
};

bool is_free(const fs::path& path, LockMode mode) {
  return FileLock::try_take(path, mode).has_value();
}

} // namespace

TEST_CASE("Locks of other processes exclude as their modes say, until these die") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "a.lock";
  CHECK_FALSE(lock_holder(path));
  {
    Holder shared(path, LockMode::shared);
    CHECK(is_free(path, LockMode::shared));
    CHECK_FALSE(is_free(path, LockMode::exclusive));
    CHECK(lock_holder(path) == shared.pid());
    shared.kill();
    CHECK(is_free(path, LockMode::exclusive));
    CHECK_FALSE(lock_holder(path));
  }
  Holder exclusive(path, LockMode::exclusive);
  CHECK_FALSE(is_free(path, LockMode::shared));
  CHECK_FALSE(is_free(path, LockMode::exclusive));
  CHECK(is_free(folder.path() / "b.lock", LockMode::exclusive));
  exclusive.kill();
  CHECK(is_free(path, LockMode::shared));
}

TEST_CASE("Waiting for a lock ends at its deadline and names the holder") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "a.lock";
  const Holder holder(path, LockMode::shared);
  for (const auto wait : {0ms, 50ms}) {
    const auto begin = std::chrono::steady_clock::now();
    try {
      static_cast<void>(FileLock::take(path, LockMode::exclusive, dhg::deadline_in(wait)));
      FAIL("taken");
    } catch (const dhg::Error& error) {
      CHECK_THAT(error.what(),
                 Catch::Matchers::ContainsSubstring(fmt::format("process {} ", holder.pid())));
      CHECK_THAT(error.what(), Catch::Matchers::ContainsSubstring("a.lock"));
    }
    CHECK(std::chrono::steady_clock::now() - begin >= wait);
  }
}

TEST_CASE("Waiting for a lock ends when the user wants it, from another thread too") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "a.lock";
  const Holder holder(path, LockMode::shared);
  static dhg::os::SignalFd signals;
  const dhg::os::Ear ear(signals);
  const auto take = [&](const dhg::os::Ear& listener) {
    try {
      static_cast<void>(
          FileLock::take(path, LockMode::exclusive, dhg::deadline_in(60s), &listener));
    } catch (const dhg::os::Interrupted& interrupted) {
      return interrupted.signal;
    }
    return -1;
  };
  ::kill(getpid(), SIGINT);
  CHECK(take(ear) == SIGINT);
  auto other = std::async(std::launch::async, [&] { return take(ear); });
  ::kill(getpid(), SIGTERM);
  CHECK(other.get() == SIGTERM);
  CHECK(take(dhg::os::Ear(signals, dhg::deadline_in(20ms))) == 0);
}

TEST_CASE("Waiting for a lock ends when it is free") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "a.lock";
  const Signal taken;
  Child waiter([&] {
    auto held = FileLock::try_take(path, LockMode::shared);
    taken.give();
    // Shared with the test's own lock, so that the wait for more begins now.
    held.reset();
    static_cast<void>(FileLock::take(path, LockMode::exclusive, dhg::deadline_in(20s)));
    return 0;
  });
  {
    const auto held = FileLock::try_take(path, LockMode::shared);
    taken.await();
  }
  CHECK(waiter.wait() == 0);
}
