#include "snapshot/notes_file.hpp"

#include "dhg/error.hpp"
#include "temporary_folder.hpp"

#include <sys/stat.h>
#include <catch2/catch_all.hpp>
#include <fstream>
#include <thread>
#include <vector>

using namespace dhg;
using namespace dhg::snapshot;
namespace fs = std::filesystem;
using dhg::fakes::TemporaryFolder;

namespace {

Manifest manifest_of(const std::string& digest) {
  Manifest manifest;
  manifest.created = "2026-01-01T00:00:00Z";
  manifest.files = {{"memory", 4096, 4096, std::string(32, digest.front())}};
  return manifest;
}

} // namespace

TEST_CASE("notes: what was kept last is there, for this owner and these contents only") {
  const TemporaryFolder folder;
  NotesFile notes(folder.path(), manifest_of("a"), "mine", "1.0");
  CHECK(notes.load().empty());
  notes.keep("first");
  notes.keep(std::string("sec\0nd", 6));
  CHECK(notes.load() == std::string("sec\0nd", 6));
  CHECK(NotesFile(folder.path(), manifest_of("a"), "mine", "1.0").load() == notes.load());
  CHECK(NotesFile(folder.path(), manifest_of("a"), "other", "1.0").load().empty());
  CHECK(NotesFile(folder.path(), manifest_of("b"), "mine", "1.0").load().empty());
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 1); // nothing half-written
}

TEST_CASE("notes: damaged ones are none") {
  const TemporaryFolder folder;
  NotesFile notes(folder.path(), manifest_of("a"), "mine", "1.0");
  notes.keep("contents");
  const auto path = folder.path() / "notes.mine";
  const auto size = fs::file_size(path);
  for (std::uintmax_t at = 0; at < size; ++at) {
    notes.keep("contents");
    {
      std::fstream file(path, std::ios::in | std::ios::out);
      file.seekp(static_cast<std::streamoff>(at));
      file.put('\x7f');
    }
    CHECK(notes.load().empty());
    fs::resize_file(path, at);
    CHECK(notes.load().empty());
  }
}

TEST_CASE("notes: what is no file of that name is none, and is not followed") {
  const TemporaryFolder folder;
  const TemporaryFolder elsewhere;
  NotesFile notes(folder.path(), manifest_of("a"), "mine", "1.0");
  NotesFile(elsewhere.path(), manifest_of("a"), "mine", "1.0").keep("elsewhere");
  fs::create_symlink(elsewhere.path() / "notes.mine", folder.path() / "notes.mine");
  CHECK(notes.load().empty());
  notes.keep("here"); // replaces the link
  CHECK(notes.load() == "here");
  CHECK(NotesFile(elsewhere.path(), manifest_of("a"), "mine", "1.0").load() == "elsewhere");
  fs::remove(folder.path() / "notes.mine");
  REQUIRE(mkfifo((folder.path() / "notes.mine").c_str(), 0600) == 0);
  CHECK(notes.load().empty());
}

TEST_CASE("notes: too many are refused, and the old ones stay") {
  const TemporaryFolder folder;
  NotesFile notes(folder.path(), manifest_of("a"), "mine", "1.0");
  notes.keep("old");
  CHECK_THROWS_AS(notes.keep(std::string(SnapshotNotes::kMaxBytes + 1, 'x')), Error);
  CHECK(notes.load() == "old");
}

TEST_CASE("notes: of a snapshot that was replaced, they go to the old one") {
  const TemporaryFolder folder;
  const auto snapshot = folder.path() / "snapshot";
  fs::create_directory(snapshot);
  NotesFile notes(snapshot, manifest_of("a"), "mine", "1.0");
  fs::rename(snapshot, folder.path() / "old");
  fs::create_directory(snapshot);
  notes.keep("old run");
  CHECK(fs::is_empty(snapshot));
  fs::remove_all(folder.path() / "old");
  CHECK_THROWS_AS(notes.keep("later still"), Error);
}

TEST_CASE("notes: whoever reads while others write sees one of them whole") {
  const TemporaryFolder folder;
  const auto manifest = manifest_of("a");
  NotesFile(folder.path(), manifest, "mine", "1.0").keep(std::string(1000, 'a'));
  std::vector<std::jthread> writers;
  // One process writes under one name; threads of it would disturb each other.
  writers.emplace_back([&] {
    for (int i = 0; i < 300; ++i)
      NotesFile(folder.path(), manifest, "mine", "1.0")
          .keep(std::string(1000, static_cast<char>('a' + i % 7)));
  });
  const NotesFile reader(folder.path(), manifest, "mine", "1.0");
  for (int i = 0; i < 300; ++i) {
    const auto text = reader.load();
    REQUIRE(text == std::string(1000, text.empty() ? '?' : text.front()));
  }
}
