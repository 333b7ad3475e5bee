#include "snapshot/digest.hpp"
#include "snapshot_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <catch2/catch_all.hpp>

using namespace snapshot_test;

namespace {

struct Fixture {
  Fixture() : store(folder.path() / "cache") { make_image(store); }

  // What opening says, and that it names the remedy.
  std::string complaint() const {
    try {
      static_cast<void>(store.open_snapshot(kName, "dhg vm prepare --image python"));
      return "";
    } catch (const dhg::Error& error) {
      CHECK(error.blame() == dhg::Blame::environment);
      CHECK_THAT(error.hint(), Catch::Matchers::ContainsSubstring("dhg vm prepare --image python"));
      return error.what();
    }
  }
  [[nodiscard]] fs::path file(const char* name) const {
    return store.root() / "snapshots" / kName / name;
  }

  TemporaryFolder folder;
  Store store;
};

unsigned mode_of(const fs::path& path) {
  struct stat info {};
  stat(path.c_str(), &info);
  return info.st_mode & 07777;
}

} // namespace

TEST_CASE_METHOD(Fixture, "A snapshot is published, opened, listed and removed") {
  CHECK_THAT(complaint(),
             Catch::Matchers::ContainsSubstring("there is no snapshot 'python-qemu-2m-1c'"));
  CHECK_FALSE(store.try_manifest(kName));
  CHECK(store.list().empty());

  publish(store, "1");
  CHECK(complete_version(store) == "1");
  CHECK(entries(store.root() / "staging") == 0);
  const auto manifest = store.try_manifest(kName);
  REQUIRE(manifest);
  REQUIRE(find_file(*manifest, "memory") != nullptr);
  CHECK(find_file(*manifest, "memory")->bytes == 5U << 20);
  CHECK(find_file(*manifest, "memory")->allocated_bytes < 100'000);
  CHECK(find_file(*manifest, "memory")->digest == digest_of_file(file("memory")));

  const auto listed = store.list();
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].name == kName);
  CHECK(listed[0].problem.empty());
  CHECK(listed[0].bytes == (5U << 20) + 7);
  CHECK(listed[0].allocated_bytes < 100'000);
  CHECK_FALSE(listed[0].maker);
  {
    const auto making = store.lock_for_making(kName);
    CHECK(store.list()[0].maker == getpid());
  }

  CHECK(store.remove(kName));
  CHECK_FALSE(store.remove(kName));
  CHECK(store.list().empty());
  CHECK(entries(store.root() / "staging") == 0);
}

TEST_CASE_METHOD(Fixture, "What lies beside a snapshot's files counts as its own") {
  publish(store, "1");
  const auto before = store.list().at(0);
  CHECK(before.compressed_bytes == 0);
  {
    const auto staging = store.stage(kName);
    write_text(staging.path() / "memory.zst", std::string(1'000'000, 'x'));
    staging.publish_file("memory.zst", store.open_snapshot(kName).compressed_copy());
  }
  CHECK(entries(store.root() / "staging") == 0);
  const auto after = store.list().at(0);
  CHECK(after.problem.empty());
  CHECK(after.bytes == before.bytes + 1'000'000);
  CHECK(after.compressed_bytes >= 1'000'000);
  CHECK(after.allocated_bytes == before.allocated_bytes + after.compressed_bytes);
}

TEST_CASE_METHOD(Fixture, "A publication that the user breaks off changes nothing") {
  publish(store, "1");
  static dhg::os::SignalFd signals;
  const dhg::os::Ear ear(signals);
  const Store heard(store.root(), &ear);
  ::kill(getpid(), SIGINT);
  CHECK_THROWS_AS(publish(heard, "2"), dhg::os::Interrupted);
  CHECK(complete_version(store) == "1");
  CHECK(entries(store.root() / "staging") == 0);
  // At the very last moment too.
  auto staging = store.stage(kName);
  fill(staging.path(), "2");
  ::kill(getpid(), SIGTERM);
  CHECK_THROWS_AS(staging.publish(store.root() / "snapshots" / kName, &ear), dhg::os::Interrupted);
  CHECK(complete_version(store) == "1");
  publish(heard, "3");
  CHECK(complete_version(store) == "3");
}

TEST_CASE_METHOD(Fixture, "Who holds the old snapshot's files open keeps them") {
  publish(store, "1");
  auto snapshot = store.open_snapshot(kName);
  const dhg::UniqueFd fd(open(snapshot.file("state").c_str(), O_RDONLY));
  snapshot.release();
  publish(store, "2");
  CHECK(complete_version(store) == "2");
  std::string text(7, '\0');
  CHECK(read(fd.get(), text.data(), text.size()) == 7);
  CHECK(text == "state 1");
}

TEST_CASE_METHOD(Fixture, "Each damage to a snapshot is found when it is opened") {
  publish(store, "1");
  REQUIRE(complaint().empty());
  const auto check = [&](const char* message) {
    CHECK_THAT(complaint(), Catch::Matchers::ContainsSubstring(message));
    CHECK_THAT(store.list().at(0).problem, Catch::Matchers::ContainsSubstring(message));
    CHECK_FALSE(store.try_manifest(kName));
  };
  SECTION("memory cut") {
    fs::resize_file(file("memory"), 4096);
    check("memory' has 4096 bytes instead of 5242880");
  }
  SECTION("memory longer") {
    fs::resize_file(file("memory"), 6U << 20);
    check("has 6291456 bytes instead of 5242880");
  }
  SECTION("memory gone") {
    fs::remove(file("memory"));
    check("memory': No such file");
  }
  SECTION("memory is a link") {
    fs::rename(file("memory"), folder.path() / "elsewhere");
    fs::create_symlink(folder.path() / "elsewhere", file("memory"));
    check("not a regular file");
  }
  SECTION("manifest gone") {
    fs::remove(file("manifest.json"));
    check("manifest.json': No such file");
  }
  SECTION("manifest too large") {
    fs::resize_file(file("manifest.json"), Manifest::kMaxBytes + 1);
    check("at most");
  }
  SECTION("manifest is a pipe") {
    fs::remove(file("manifest.json"));
    REQUIRE(mkfifo(file("manifest.json").c_str(), 0600) == 0);
    check("manifest is not valid");
  }
  SECTION("manifest without memory") {
    auto manifest = *store.try_manifest(kName);
    std::erase_if(manifest.files, [](const auto& f) { return f.name == "memory"; });
    write_text(file("manifest.json"), to_json(manifest));
    check("no file 'memory'");
  }
  SECTION("image gone") {
    fs::remove_all(store.image_path("python", kDigest));
    check("image of snapshot");
  }
  SECTION("image cut") {
    write_text(store.image_path("python", kDigest) / "rootfs.erofs", "roo");
    check("image of snapshot");
    CHECK_FALSE(store.has_image("python", kDigest));
  }
}

TEST_CASE_METHOD(Fixture, "A changed state is found at once, a changed memory by verify") {
  publish(store, "1");
  CHECK(store.verify(kName).empty());
  {
    std::fstream memory(file("memory"), std::ios::in | std::ios::out);
    memory.seekp(3U << 20);
    memory << 'x';
  }
  CHECK(complaint().empty());
  CHECK_THAT(store.verify(kName),
             Catch::Matchers::ContainsSubstring("memory' does not match its digest"));
  write_text(file("state"), "state 2");
  CHECK_THAT(complaint(), Catch::Matchers::ContainsSubstring("state' does not match its digest"));
}

TEST_CASE_METHOD(Fixture, "A manifest that could not be read again is not published") {
  publish(store, "1");
  auto staging = store.stage(kName);
  fill(staging.path(), "2");
  auto manifest = sample_manifest("2");
  manifest.guest.python = "3.11\x1b[2J"; // a guest may say anything
  CHECK_THROWS_AS(store.publish(staging, kName, manifest), dhg::Error);
  CHECK(complete_version(store) == "1");
}

TEST_CASE_METHOD(Fixture, "Names cannot lead out of the store") {
  for (const auto* name : {"..", "../x", "a/b", "", "/etc"}) {
    CHECK_THROWS_AS(store.open_snapshot(name), dhg::Error);
    CHECK_THROWS_AS(store.remove(name), dhg::Error);
    CHECK_THROWS_AS(store.lock_for_making(name), dhg::Error);
    CHECK_THROWS_AS(store.image_path(name, kDigest), dhg::Error);
  }
}

TEST_CASE_METHOD(Fixture, "Only one process makes a snapshot; the others learn who") {
  const Signal holds;
  const Signal never;
  const Child maker([&] {
    const auto lock = store.lock_for_making(kName);
    holds.give();
    never.await();
    return 0;
  });
  holds.await();
  CHECK_THROWS_WITH(store.lock_for_making(kName),
                    Catch::Matchers::ContainsSubstring(fmt::format("process {}", maker.pid)));
}

TEST_CASE_METHOD(Fixture, "Images go when no snapshot and no maker needs them") {
  publish(store, "1");
  const auto other = store.image_path("python-extra", kDigest);
  fs::create_directories(other);
  CHECK(store.remove_unused_images("python") == 0);
  store.remove(kName);
  {
    const auto making = store.lock_for_making(kName);
    CHECK(store.remove_unused_images("python") == 0);
  }
  CHECK(store.remove_unused_images("python") == 1);
  CHECK_FALSE(store.has_image("python", kDigest));
  CHECK(fs::exists(other));

  auto staging = store.stage(kName);
  fill(staging.path(), "2");
  CHECK_THROWS_WITH(store.publish(staging, kName, sample_manifest()),
                    Catch::Matchers::ContainsSubstring("removed meanwhile"));
}

TEST_CASE(
    "The store's folders are its user's alone; the folder around them is "
    "left alone") {
  const TemporaryFolder folder;
  const Store made(folder.path() / "new" / "cache");
  for (const auto* part : {"", "images", "snapshots", "locks", "staging"})
    CHECK(mode_of(made.root() / part) == 0700);

  const auto given = folder.path() / "given";
  fs::create_directory(given);
  REQUIRE(chmod(given.c_str(), 01777) == 0);
  const Store there(given);
  CHECK(mode_of(given) == 01777);
  CHECK(mode_of(given / "snapshots") == 0700);

  REQUIRE(chmod((given / "snapshots").c_str(), 0777) == 0);
  CHECK_THROWS_WITH(Store(given), Catch::Matchers::ContainsSubstring("only you"));
  fs::remove(given / "snapshots");
  fs::create_symlink(folder.path(), given / "snapshots");
  CHECK_THROWS_WITH(Store(given), Catch::Matchers::ContainsSubstring("only you"));
}
