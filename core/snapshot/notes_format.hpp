#pragma once

#include "snapshot/manifest.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace dhg::snapshot {

/// What a page server's notes file is called: this, then the page server's name.
inline constexpr std::string_view kNotesPrefix = "notes.";

/// What a notes file tells.
struct WrittenNotes {
  std::string version; ///< of the page server that wrote it; a line
  std::string contents;
};

/// What binds notes to a snapshot: its memory, and when it was made.
[[nodiscard]] std::string notes_binding(const Manifest& manifest);

/// The bytes of a notes file.
[[nodiscard]] std::string encode_notes(const std::string& binding, const WrittenNotes& notes);

/// Reads a notes file, which may hold anything.
/// @param fd may be none
/// @return nothing unless it is whole, and was written for what `binding` is of
[[nodiscard]] std::optional<WrittenNotes> read_notes(int fd, const std::string& binding);

} // namespace dhg::snapshot
