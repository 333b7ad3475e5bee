#include "snapshot/notes_file.hpp"

#include "dhg/error.hpp"
#include "os/file.hpp"
#include "os/process.hpp"
#include "snapshot/notes_format.hpp"
#include "text/plain_name.hpp"

#include <fmt/format.h>
#include <cerrno>
#include <utility>

namespace dhg::snapshot {

NotesFile::NotesFile(const std::filesystem::path& folder, const Manifest& manifest,
                     const std::string& owner, std::string version)
    : path_(folder / fmt::format("{}{}", kNotesPrefix, owner)),
      binding_(notes_binding(manifest)),
      version_(std::move(version)),
      folder_(folder) {
  if (!text::is_plain_name(owner))
    throw Error(Blame::environment, fmt::format("'{}' cannot be part of a file's name", owner));
}

std::string NotesFile::load() const {
  auto notes = read_notes(folder_.open_no_link(path_.filename()).get(), binding_);
  if (!notes) return {};
  recalled_ = true;
  return std::move(notes->contents);
}

bool NotesFile::is_there() const {
  return folder_.open_no_link(path_.filename()) || errno != ENOENT;
}

void NotesFile::keep(std::string_view contents) {
  if (contents.size() > kMaxBytes)
    throw Error(Blame::environment, fmt::format("{} bytes of notes (at most {} are possible)",
                                                contents.size(), kMaxBytes));
  if (recalled_ && !is_there()) return;
  // Not synced: what a crash of the host leaves unfinished is known by its digest.
  const auto temporary = fmt::format(".{}.{}", path_.filename().string(), os::own_pid());
  folder_.remove(temporary); // of a dead process that had our number
  const auto fd = folder_.create_file(temporary);
  if (!fd || !os::write_all(fd.get(), encode_notes(binding_, {version_, std::string(contents)})) ||
      !folder_.rename(temporary, path_.filename())) {
    const int error = errno;
    if (fd) folder_.remove(temporary);
    throw system_error(error, fmt::format("cannot write '{}'", path_.string()));
  }
}

} // namespace dhg::snapshot
