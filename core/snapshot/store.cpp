#include "snapshot/store.hpp"

#include "dhg/error.hpp"
#include "os/file.hpp"
#include "os/folder.hpp"
#include "os/process.hpp"
#include "snapshot/digest.hpp"
#include "text/plain_name.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <ctime>

namespace dhg::snapshot {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr const char* kManifest = "manifest.json";
constexpr std::uint64_t kReadEachTime = 4 * 1024 * 1024; // a millisecond's work

// A run holds the lock until its machine is restored; it has 120 s for that.
constexpr auto kLockLimit = 150s;

const std::string& checked_name(const std::string& name) {
  if (!text::is_plain_name(name))
    throw Error(Blame::usage, fmt::format("'{}' cannot be the name of a snapshot or image", name),
                "names have letters, digits, '-', '_' and '.'");
  return name;
}

os::FileInfo examine(const fs::path& path) {
  const auto info = os::examine(path);
  if (!info) throw system_error(errno, fmt::format("cannot examine '{}'", path.string()));
  return *info;
}

void make_private_folder(const fs::path& path) {
  if (os::make_private_folder(path)) return; // a memory image holds what its guest held
  if (errno != EEXIST)
    throw system_error(errno, fmt::format("cannot make '{}'", path.string()),
                       "set DHG_CACHE_DIR to a folder that you can write to");
  const auto info = examine(path);
  if (!info.is_folder || info.owner != os::own_user() || info.others_may_write)
    throw Error(Blame::environment,
                fmt::format("'{}' is not a folder that only you can change", path.string()),
                "set DHG_CACHE_DIR to a folder of your own");
}

UniqueFd open_file(const fs::path& path) {
  auto fd = os::open_no_link(path);
  if (!fd) throw system_error(errno, fmt::format("cannot open '{}'", path.string()));
  return fd;
}

std::string read_manifest(const fs::path& path) {
  const auto fd = open_file(path);
  const auto info = os::examine(fd.get());
  if (!info || !info->is_regular || info->bytes > Manifest::kMaxBytes)
    throw Error(Blame::environment, fmt::format("the snapshot's manifest is not valid: '{}' is not "
                                                "a file of at most "
                                                "{} bytes",
                                                path.string(), Manifest::kMaxBytes));
  std::string text(static_cast<std::size_t>(info->bytes), '\0');
  const auto got = os::read_at(fd.get(), text.data(), text.size(), 0);
  if (!got) throw system_error(errno, fmt::format("cannot read '{}'", path.string()));
  text.resize(*got);
  return text;
}

void write_file(const fs::path& path, std::string_view text) {
  const auto fd = os::create_file(path);
  if (!fd || !os::write_all(fd.get(), text))
    throw system_error(errno, fmt::format("cannot write '{}'", path.string()));
}

void check_size(const fs::path& folder, const Manifest::File& file) {
  const auto path = folder / file.name;
  const auto info = examine(path);
  if (!info.is_regular)
    throw Error(Blame::environment, fmt::format("'{}' is not a regular file", path.string()));
  if (info.bytes != file.bytes)
    throw Error(Blame::environment, fmt::format("'{}' has {} bytes instead of {}: it is damaged",
                                                path.string(), info.bytes, file.bytes));
}

void check_digest(const UniqueFd& fd, const fs::path& path, const Manifest::File& file,
                  const os::Ear* ear) {
  if (digest_of_open_file(fd.get(), path, ear) != file.digest)
    throw Error(Blame::environment,
                fmt::format("'{}' does not match its digest: it is damaged", path.string()));
}

std::string now_utc() {
  const auto now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

Manifest::File describe(const fs::path& path, const os::Ear* ear) {
  const auto info = examine(path);
  return {path.filename().string(), info.bytes, info.allocated_bytes, digest_of_file(path, ear)};
}

} // namespace

Store::Store(fs::path root, const os::Ear* ear) : root_(std::move(root)), ear_(ear) {
  std::error_code error;
  fs::create_directories(root_.parent_path(), error);
  // The root itself may be a folder that has other uses: it is left as it is.
  if (!fs::is_directory(root_, error)) make_private_folder(root_);
  for (const auto* part : {"images", "snapshots", "locks", "staging"})
    make_private_folder(root_ / part);
}

fs::path Store::snapshot_path(const std::string& name) const {
  return root_ / "snapshots" / checked_name(name);
}

fs::path Store::making_lock_path(const std::string& name) const {
  return root_ / "locks" / fmt::format("{}{}", checked_name(name), kMakingLock);
}

fs::path Store::image_path(const std::string& recipe, const std::string& digest) const {
  return root_ / "images" / fmt::format("{}-{}", checked_name(recipe), digest.substr(0, 16));
}

os::FileLock Store::lock(const std::string& name, os::LockMode mode) const {
  return os::FileLock::take(root_ / "locks" / (checked_name(name) + ".lock"), mode,
                            deadline_in(kLockLimit), ear_);
}

os::FileLock Store::lock_for_making(const std::string& name) const {
  const auto path = making_lock_path(name);
  if (auto free = os::FileLock::try_take(path, os::LockMode::exclusive)) return std::move(*free);
  const auto holder = os::lock_holder(path);
  throw Error(Blame::environment,
              fmt::format("another dhg{} is making '{}' now",
                          holder ? fmt::format(" (process {})", *holder) : "", name),
              "wait for it, then run this again");
}

Manifest Store::checked_manifest(const std::string& name) const {
  const auto folder = snapshot_path(name);
  auto manifest = parse_manifest(read_manifest(folder / kManifest));
  for (const auto* needed : {"memory", "state"})
    if (find_file(manifest, needed) == nullptr)
      throw Error(Blame::environment,
                  fmt::format("the snapshot's manifest is not valid: it has no file '{}'", needed));
  for (const auto& file : manifest.files) check_size(folder, file);
  if (!has_image(manifest.image.recipe, manifest.image.digest))
    throw Error(Blame::environment,
                fmt::format("the image of snapshot '{}' is gone or damaged", name));
  return manifest;
}

Snapshot Store::open_snapshot(const std::string& name, const std::string& prepare) const {
  auto held = lock(name, os::LockMode::shared);
  const auto folder = snapshot_path(name);
  if (!fs::exists(folder))
    throw Error(Blame::environment,
                fmt::format("there is no snapshot '{}' in {}", name, root_.string()),
                fmt::format("make it with: {}", prepare));
  try {
    auto manifest = checked_manifest(name);
    for (const auto& file : manifest.files)
      if (file.bytes <= kReadEachTime)
        check_digest(open_file(folder / file.name), folder / file.name, file, ear_);
    auto rootfs = image_path(manifest.image.recipe, manifest.image.digest) / "rootfs.erofs";
    return {name, folder, std::move(rootfs), std::move(manifest), std::move(held)};
  } catch (const Error& error) {
    throw Error(Blame::environment, error.what(),
                fmt::format("make it again with: {} --force", prepare));
  }
}

bool Store::has_snapshot(const std::string& name) const { return fs::exists(snapshot_path(name)); }

std::optional<Manifest> Store::try_manifest(const std::string& name) const {
  if (!fs::exists(snapshot_path(name))) return std::nullopt;
  try {
    const auto held = lock(name, os::LockMode::shared);
    return checked_manifest(name);
  } catch (const Error&) {
    return std::nullopt;
  }
}

void Store::publish(Staging& staging, const std::string& name, Manifest manifest) const {
  manifest.created = now_utc();
  manifest.files.clear();
  for (const auto& entry : fs::directory_iterator(staging.path()))
    manifest.files.push_back(describe(entry.path(), ear_));
  const auto text = to_json(manifest);
  static_cast<void>(parse_manifest(text)); // what cannot be read again is not published
  write_file(staging.path() / kManifest, text);
  staging.sync(ear_); // takes seconds, which nobody has to wait for
  const auto held = lock(name, os::LockMode::exclusive);
  if (!has_image(manifest.image.recipe, manifest.image.digest))
    throw Error(Blame::environment,
                fmt::format("the image of snapshot '{}' was removed meanwhile", name),
                "run this again");
  staging.publish(snapshot_path(name), ear_);
}

std::string Store::verify(const std::string& name) const {
  try {
    std::vector<UniqueFd> files; // open, they can be read after the lock was given back
    const auto manifest = [&] {
      const auto held = lock(name, os::LockMode::shared);
      auto result = checked_manifest(name);
      for (const auto& file : result.files)
        files.push_back(open_file(snapshot_path(name) / file.name));
      return result;
    }();
    for (std::size_t i = 0; i < files.size(); ++i)
      check_digest(files[i], snapshot_path(name) / manifest.files[i].name, manifest.files[i], ear_);
    return {};
  } catch (const Error& error) {
    return error.what();
  }
}

std::vector<std::string> Store::names() const {
  std::vector<std::string> result;
  for (const auto& entry : fs::directory_iterator(root_ / "snapshots"))
    result.push_back(entry.path().filename().string());
  return result;
}

std::vector<ListedSnapshot> Store::list() const {
  std::vector<ListedSnapshot> result;
  for (const auto& name : names()) {
    ListedSnapshot listed;
    listed.name = name;
    listed.path = root_ / "snapshots" / name;
    try {
      listed.maker = os::lock_holder(making_lock_path(listed.name));
      const auto held = lock(listed.name, os::LockMode::shared);
      listed.manifest = checked_manifest(listed.name);
      listed.rootfs =
          image_path(listed.manifest->image.recipe, listed.manifest->image.digest) / "rootfs.erofs";
      for (const auto& entry : fs::directory_iterator(listed.path)) {
        if (entry.path().filename() == kManifest) continue;
        const auto info = os::examine(entry.path());
        if (!info) continue; // notes come and go
        listed.bytes += info->bytes;
        listed.allocated_bytes += info->allocated_bytes;
        if (entry.path().filename() == Snapshot::kCompressedCopy)
          listed.compressed_bytes = info->allocated_bytes;
      }
    } catch (const Error& error) {
      listed.problem = error.what();
    }
    result.push_back(std::move(listed));
  }
  std::sort(result.begin(), result.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return result;
}

std::vector<KeptNotes> Store::notes_of_held(const std::string& name) const {
  const auto folder = snapshot_path(name);
  if (!fs::exists(folder)) return {};
  try {
    const auto manifest = checked_manifest(name);
    return list_notes(folder, &manifest);
  } catch (const Error&) {
    return list_notes(folder, nullptr);
  }
}

// The lock keeps the folder where it is, and is one that runs share.
std::vector<KeptNotes> Store::notes(const std::string& name) const {
  const auto held = lock(name, os::LockMode::shared);
  return notes_of_held(name);
}

std::vector<KeptNotes> Store::forget(const std::string& name,
                                     const std::string& page_server) const {
  const auto held = lock(name, os::LockMode::shared);
  auto gone = notes_of_held(name);
  std::erase_if(gone, [&](const auto& notes) {
    return !page_server.empty() && notes.page_server != page_server;
  });
  for (const auto& notes : gone) forget_notes(notes);
  return gone;
}

bool Store::remove(const std::string& name) const {
  const auto path = snapshot_path(name);
  const Staging rubbish(root_, name); // outlives the lock: removing the files takes a while
  const auto held = lock(name, os::LockMode::exclusive);
  if (!fs::exists(path)) return false;
  discard_into(rubbish, path);
  return true;
}

void Store::discard_into(const Staging& rubbish, const fs::path& path) {
  if (std::rename(path.c_str(), (rubbish.path() / "removed").c_str()) != 0)
    throw system_error(errno, fmt::format("cannot remove '{}'", path.string()));
}

} // namespace dhg::snapshot
