#include "snapshot/notes_file.hpp"

#include "dhg/error.hpp"
#include "text/plain_name.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>
#include <cerrno>
#include <cstdlib>

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

bool read_all(int fd, std::string& into) {
  for (std::size_t have = 0; have < into.size();) {
    const auto got = read(fd, into.data() + have, into.size() - have);
    if (got <= 0) return false;
    have += static_cast<std::size_t>(got);
  }
  return true;
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto written = write(fd, text.data(), text.size());
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

} // namespace

NotesFile::NotesFile(const std::filesystem::path& folder, const Manifest& manifest,
                     const std::string& owner)
    : path_(folder / ("notes." + owner)),
      binding_(binding_of(manifest)),
      folder_(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)) {
  if (!text::is_plain_name(owner))
    throw Error(Blame::environment, fmt::format("'{}' cannot be part of a file's name", owner));
  if (!folder_) throw system_error(errno, fmt::format("cannot open '{}'", folder.string()));
}

std::string NotesFile::header(std::string_view contents) const {
  return fmt::format("{}\n{}\n{}\n", kMagic, binding_, digest_of(contents));
}

std::string NotesFile::load() const {
  const UniqueFd fd(openat(folder_.get(), path_.filename().c_str(),
                           O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  const auto frame = header({}).size();
  struct stat info {};
  if (!fd || fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) return {};
  const auto size = static_cast<std::uint64_t>(info.st_size);
  if (size <= frame || size > frame + kMaxBytes) return {};
  std::string text(size, '\0');
  if (!read_all(fd.get(), text)) return {};
  auto contents = text.substr(frame);
  return text.compare(0, frame, header(contents)) == 0 ? contents : std::string();
}

void NotesFile::keep(std::string_view contents) {
  if (contents.size() > kMaxBytes)
    throw Error(Blame::environment, fmt::format("{} bytes of notes (at most {} are possible)",
                                                contents.size(), kMaxBytes));
  // Not synced: what a crash of the host leaves unfinished is known by its digest.
  const auto temporary = fmt::format(".{}.{}", path_.filename().string(), getpid());
  unlinkat(folder_.get(), temporary.c_str(), 0); // of a dead process that had our number
  const UniqueFd fd(openat(folder_.get(), temporary.c_str(),
                           O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd || !write_all(fd.get(), header(contents)) || !write_all(fd.get(), contents) ||
      renameat(folder_.get(), temporary.c_str(), folder_.get(), path_.filename().c_str()) != 0) {
    const int error = errno;
    if (fd) unlinkat(folder_.get(), temporary.c_str(), 0);
    throw system_error(error, fmt::format("cannot write '{}'", path_.string()));
  }
}

} // namespace dhg::snapshot
