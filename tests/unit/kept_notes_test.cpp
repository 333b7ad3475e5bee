// What users see of the notes of page servers, and how they are forgotten.

#include "snapshot/notes_file.hpp"
#include "snapshot_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <catch2/catch_all.hpp>

using namespace snapshot_test;

namespace {

struct SnapshotWithNotes {
  SnapshotWithNotes() : store(folder.path() / "cache") {
    make_image(store);
    publish(store, "1");
  }

  [[nodiscard]] fs::path snapshot() const { return store.root() / "snapshots" / kName; }
  [[nodiscard]] NotesFile notes_of(const std::string& owner) const {
    return {snapshot(), *store.try_manifest(kName), owner, owner + " 1.0"};
  }
  [[nodiscard]] std::string owners() const {
    std::string text;
    for (const auto& notes : store.notes(kName)) text += notes.page_server + ' ';
    return text;
  }

  TemporaryFolder folder;
  Store store;
};

} // namespace

TEST_CASE_METHOD(SnapshotWithNotes,
                 "kept notes: whose they are, of which version, and whether they count") {
  CHECK(store.notes(kName).empty());
  CHECK(store.notes("absent").empty());
  notes_of("zeta").keep("zzz");
  notes_of("alpha").keep("a");
  write_text(snapshot() / "notes.damaged", "nonsense");
  write_text(snapshot() / "notes. bad name", "no page server is called so");
  fs::create_directory(snapshot() / "notes.folder");
  const auto notes = store.notes(kName);
  REQUIRE(owners() == "alpha damaged zeta ");
  CHECK(notes[0].version == "alpha 1.0");
  CHECK_FALSE(notes[1].version);
  CHECK(notes[1].bytes == 8);
  CHECK(notes[2].path == snapshot() / "notes.zeta");
  CHECK(notes[2].bytes == fs::file_size(notes[2].path));
  CHECK(notes[2].bytes == notes[0].bytes + 1); // longer by one name and two letters
}

TEST_CASE_METHOD(SnapshotWithNotes, "kept notes: when they were written is told in UTC") {
  notes_of("mine").keep("x");
  const timespec then{1'700'000'000, 0};
  const timespec times[2] = {then, then};
  REQUIRE(utimensat(AT_FDCWD, (snapshot() / "notes.mine").c_str(), times, 0) == 0);
  CHECK(store.notes(kName)[0].written == "2023-11-14T22:13:20Z");
}

TEST_CASE_METHOD(SnapshotWithNotes,
                 "kept notes: those of a broken snapshot are listed, and do not count") {
  notes_of("mine").keep("x");
  write_text(snapshot() / "manifest.json", "");
  REQUIRE(owners() == "mine ");
  CHECK_FALSE(store.notes(kName)[0].version);
}

TEST_CASE_METHOD(SnapshotWithNotes, "kept notes: those of one page server are forgotten, or all") {
  for (const auto* owner : {"a", "b", "c"}) notes_of(owner).keep("x");
  CHECK(store.forget(kName, "nobody").empty());
  CHECK(owners() == "a b c ");
  const auto gone = store.forget(kName, "b");
  REQUIRE(gone.size() == 1);
  CHECK(gone[0].page_server == "b");
  CHECK(owners() == "a c ");
  CHECK(store.forget(kName, "").size() == 2);
  CHECK(owners().empty());
  CHECK(complete_version(store) == "1"); // nothing else went
}

TEST_CASE_METHOD(SnapshotWithNotes,
                 "kept notes: a run that is starting does not keep anybody waiting") {
  notes_of("mine").keep("x");
  const auto run = store.open_snapshot(kName); // holds its lock, shared
  CHECK(store.notes(kName).size() == 1);
  CHECK(store.forget(kName, "").size() == 1);
}

TEST_CASE_METHOD(SnapshotWithNotes, "kept notes: a run that knew them does not bring them back") {
  notes_of("mine").keep("old");
  auto run = notes_of("mine");
  auto first = notes_of("other");
  CHECK(run.load() == "old");
  CHECK(first.load().empty());
  CHECK(store.forget(kName, "").size() == 1);
  run.keep("old and new"); // no error: the run itself is fine
  CHECK(run.load().empty());
  first.keep("new"); // has learnt nothing of what was forgotten
  CHECK(owners() == "other ");
  // The next run begins anew, and so may this one once others have.
  notes_of("mine").keep("anew");
  run.keep("together");
  CHECK(notes_of("mine").load() == "together");
}

TEST_CASE_METHOD(SnapshotWithNotes, "kept notes: a copy counts as the notes themselves do") {
  notes_of("mine").keep("learnt");
  const auto to = folder.path() / "copy";
  fs::create_directory(to);
  copy_notes(snapshot(), to, "mine");
  copy_notes(snapshot(), to, "absent");
  CHECK(entries(to) == 1);
  NotesFile copy(to, *store.try_manifest(kName), "mine", "1.0");
  CHECK(copy.load() == "learnt");
  copy.keep("more");
  CHECK(notes_of("mine").load() == "learnt");
  REQUIRE(mkfifo((snapshot() / "notes.pipe").c_str(), 0600) == 0);
  copy_notes(snapshot(), to, "pipe"); // waits for nobody
  CHECK(entries(to) == 1);
}
