#include "snapshot/notes_file.hpp"

#include "dhg/error.hpp"
#include "os/file.hpp"
#include "os/process.hpp"
#include "text/plain_name.hpp"

#include <fmt/format.h>
#include <xxhash.h>
#include <cerrno>

namespace dhg::snapshot {
namespace {

// Digests are of a fixed length, so the header is too.
constexpr std::string_view kMagic = "dhg notes 1";

std::string digest_of(std::string_view text) {
  const auto hash = XXH3_128bits(text.data(), text.size());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

std::string binding_of(const Manifest& manifest) {
  const auto* memory = find_file(manifest, "memory");
  return fmt::format("{} {} {}", memory != nullptr ? memory->digest : std::string(32, '0'),
                     memory != nullptr ? memory->bytes : 0, manifest.created);
}

} // namespace

NotesFile::NotesFile(const std::filesystem::path& folder, const Manifest& manifest,
                     const std::string& owner)
    : path_(folder / ("notes." + owner)), binding_(binding_of(manifest)), folder_(folder) {
  if (!text::is_plain_name(owner))
    throw Error(Blame::environment, fmt::format("'{}' cannot be part of a file's name", owner));
}

std::string NotesFile::header(std::string_view contents) const {
  return fmt::format("{}\n{}\n{}\n", kMagic, binding_, digest_of(contents));
}

std::string NotesFile::load() const {
  const auto fd = folder_.open_no_link(path_.filename());
  const auto frame = header({}).size();
  const auto info = os::examine(fd.get());
  if (!info || !info->is_regular) return {};
  const auto size = info->bytes;
  if (size <= frame || size > frame + kMaxBytes) return {};
  std::string text(size, '\0');
  if (os::read_at(fd.get(), text.data(), size, 0) != size) return {};
  auto contents = text.substr(frame);
  return text.compare(0, frame, header(contents)) == 0 ? contents : std::string();
}

void NotesFile::keep(std::string_view contents) {
  if (contents.size() > kMaxBytes)
    throw Error(Blame::environment, fmt::format("{} bytes of notes (at most {} are possible)",
                                                contents.size(), kMaxBytes));
  // Not synced: what a crash of the host leaves unfinished is known by its digest.
  const auto temporary = fmt::format(".{}.{}", path_.filename().string(), os::own_pid());
  folder_.remove(temporary); // of a dead process that had our number
  const auto fd = folder_.create_file(temporary);
  if (!fd || !os::write_all(fd.get(), header(contents)) || !os::write_all(fd.get(), contents) ||
      !folder_.rename(temporary, path_.filename())) {
    const int error = errno;
    if (fd) folder_.remove(temporary);
    throw system_error(error, fmt::format("cannot write '{}'", path_.string()));
  }
}

} // namespace dhg::snapshot
