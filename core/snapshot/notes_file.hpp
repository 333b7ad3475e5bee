#pragma once

#include "dhg/page_server.hpp"
#include "os/folder.hpp"
#include "snapshot/manifest.hpp"

#include <filesystem>
#include <string>

namespace dhg::snapshot {

/// A page server's notes, in the snapshot's folder or another: not one of the manifest's
/// files, gone with the folder, and of no effect on the snapshot. Hostile when read: what is
/// not whole, or was written for other contents, counts as nothing.
class NotesFile final : public SnapshotNotes {
 public:
  /// Holds the folder open: when the snapshot is replaced meanwhile, the notes go to
  /// the old one, and with it.
  /// @param owner the page server's name
  /// @param version the page server's, for whoever lists the notes
  NotesFile(const std::filesystem::path& folder, const Manifest& manifest, const std::string& owner,
            std::string version);

  [[nodiscard]] std::string load() const override;
  /// Keeps nothing if notes that load() gave have been forgotten since: what this run learnt
  /// builds on them.
  void keep(std::string_view contents) override;

 private:
  [[nodiscard]] bool is_there() const;

  const std::filesystem::path path_;
  const std::string binding_;
  const std::string version_;
  const os::Folder folder_;
  mutable bool recalled_ = false;
};

} // namespace dhg::snapshot
