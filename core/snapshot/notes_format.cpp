#include "snapshot/notes_format.hpp"

#include "dhg/page_server.hpp"
#include "os/file.hpp"

#include <fmt/format.h>
#include <xxhash.h>

namespace dhg::snapshot {
namespace {

constexpr std::string_view kMagic = "dhg notes 2";
constexpr std::size_t kLongestVersion = 64; // as a descriptor may have it

std::string digest_of(std::string_view text) {
  const auto hash = XXH3_128bits(text.data(), text.size());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

// Digests are of a fixed length, so the header is too.
std::string header_of(const std::string& binding, std::string_view body) {
  return fmt::format("{}\n{}\n{}\n", kMagic, binding, digest_of(body));
}

} // namespace

std::string notes_binding(const Manifest& manifest) {
  const auto* memory = find_file(manifest, "memory");
  return fmt::format("{} {} {}", memory != nullptr ? memory->digest : std::string(32, '0'),
                     memory != nullptr ? memory->bytes : 0, manifest.created);
}

std::string encode_notes(const std::string& binding, const WrittenNotes& notes) {
  const auto body = notes.version + '\n' + notes.contents;
  return header_of(binding, body) + body;
}

std::optional<WrittenNotes> read_notes(int fd, const std::string& binding) {
  const auto info = os::examine(fd);
  if (!info || !info->is_regular) return std::nullopt;
  const auto frame = header_of(binding, {}).size();
  const auto size = info->bytes;
  if (size <= frame || size > frame + kLongestVersion + 1 + SnapshotNotes::kMaxBytes)
    return std::nullopt;
  std::string text(size, '\0');
  if (os::read_at(fd, text.data(), size, 0) != size) return std::nullopt;
  const auto body = text.substr(frame);
  const auto line = body.find('\n');
  if (text.compare(0, frame, header_of(binding, body)) != 0 || line == std::string::npos)
    return std::nullopt;
  return WrittenNotes{body.substr(0, line), body.substr(line + 1)};
}

} // namespace dhg::snapshot
