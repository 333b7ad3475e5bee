#pragma once

#include "dhg/page_server.hpp"
#include "os/folder.hpp"
#include "snapshot/manifest.hpp"

#include <filesystem>
#include <string>

namespace dhg::snapshot {

/// A page server's notes, in the snapshot's folder: not one of the manifest's files,
/// gone with the snapshot, and of no effect on it. Hostile when read: what is not
/// whole, or was written for other contents, counts as nothing.
class NotesFile final : public SnapshotNotes {
 public:
  /// Holds the folder open: when the snapshot is replaced meanwhile, the notes go to
  /// the old one, and with it.
  /// @param owner the page server's name
  NotesFile(const std::filesystem::path& folder, const Manifest& manifest,
            const std::string& owner);

  [[nodiscard]] std::string load() const override;
  void keep(std::string_view contents) override;

 private:
  [[nodiscard]] std::string header(std::string_view contents) const;

  const std::filesystem::path path_;
  const std::string binding_;
  const os::Folder folder_;
};

} // namespace dhg::snapshot
