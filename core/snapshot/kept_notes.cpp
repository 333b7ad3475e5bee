#include "snapshot/kept_notes.hpp"

#include "dhg/error.hpp"
#include "os/file.hpp"
#include "snapshot/notes_format.hpp"
#include "text/plain_name.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <algorithm>
#include <cerrno>

namespace dhg::snapshot {
namespace {

namespace fs = std::filesystem;

// No page server writes so much: SnapshotNotes::kMaxBytes and some lines.
constexpr std::uint64_t kMostToCopy = UINT64_C(17) << 20;

} // namespace

std::vector<KeptNotes> list_notes(const fs::path& folder, const Manifest* manifest) {
  std::vector<KeptNotes> result;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto name = entry.path().filename().string();
    if (!name.starts_with(kNotesPrefix)) continue;
    const auto fd = os::open_no_link(entry.path());
    const auto info = os::examine(fd.get());
    const auto page_server = name.substr(kNotesPrefix.size());
    if (!info || !info->is_regular || !text::is_plain_name(page_server)) continue;
    auto notes = manifest != nullptr ? read_notes(fd.get(), notes_binding(*manifest))
                                     : std::optional<WrittenNotes>();
    result.push_back({page_server, entry.path(), info->bytes,
                      fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(info->modified)),
                      notes ? std::optional(std::move(notes->version)) : std::nullopt});
  }
  std::sort(result.begin(), result.end(),
            [](const auto& a, const auto& b) { return a.page_server < b.page_server; });
  return result;
}

void forget_notes(const KeptNotes& notes) {
  std::error_code error;
  fs::remove(notes.path, error);
  if (error)
    throw system_error(error.value(), fmt::format("cannot remove '{}'", notes.path.string()));
}

void copy_notes(const fs::path& from, const fs::path& to, const std::string& page_server) {
  const auto name = fmt::format("{}{}", kNotesPrefix, page_server);
  const auto source = os::open_no_link(from / name);
  const auto info = os::examine(source.get());
  if (!info || !info->is_regular || info->bytes > kMostToCopy) return;
  std::string text(info->bytes, '\0');
  const auto got = os::read_at(source.get(), text.data(), text.size(), 0);
  if (!got) throw system_error(errno, fmt::format("cannot read '{}'", (from / name).string()));
  const auto target = os::create_file(to / name);
  if (!target || !os::write_all(target.get(), text.substr(0, *got)))
    throw system_error(errno, fmt::format("cannot write '{}'", (to / name).string()));
}

} // namespace dhg::snapshot
