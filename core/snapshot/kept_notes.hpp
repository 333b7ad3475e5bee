#pragma once

#include "snapshot/manifest.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace dhg::snapshot {

/// The notes of one page server, as a user sees them.
struct KeptNotes {
  std::string page_server;
  std::filesystem::path path;
  std::uint64_t bytes = 0;            ///< of the file
  std::string written;                ///< UTC, RFC 3339
  std::optional<std::string> version; ///< of the page server that wrote them; nothing: a run
                                      ///< takes them for none, see NotesFile
};

/// What page servers keep in `folder`, by their names.
/// @param manifest of the snapshot that the notes are about; null: it is broken
[[nodiscard]] std::vector<KeptNotes> list_notes(const std::filesystem::path& folder,
                                                const Manifest* manifest);

/// A run that reads or writes these notes meanwhile is not disturbed.
/// @throws Error if they cannot be removed
void forget_notes(const KeptNotes& notes);

/// Gives `to` what `page_server` keeps in `from`, if there is anything.
/// @throws Error
void copy_notes(const std::filesystem::path& from, const std::filesystem::path& to,
                const std::string& page_server);

} // namespace dhg::snapshot
