#pragma once

#include "dhg/page_server.hpp"
#include "dhg/result_channel.hpp"
#include "dhg/vm_launcher.hpp"
#include "memory/page_reader.hpp"
#include "os/ear.hpp"
#include "run/exec/exec.hpp"
#include "run/plugins.hpp"
#include "snapshot/store.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace dhg::run {

/// What a run is made of, all of it looked at before a VMM is started.
struct ExecParts {
  ActivePlugin<VmLauncher> launcher;
  ActivePlugin<PageServer> page_server;
  ActivePlugin<ResultChannel> channel;
  snapshot::Snapshot snapshot;
};

/// Loads the plugins, opens the snapshot and checks that all fit together. What was chosen is
/// in `report` as soon as it is known, with every substitution.
/// @throws Error
[[nodiscard]] ExecParts choose_parts(const ExecContext& context, ExecReport& report);

/// What takes the place of a page server that needs userfaultfd where that is not permitted, in
/// a sentence; empty: nothing has to.
/// @throws Error if the settings permit no substitution
[[nodiscard]] std::string substitution_for(const ActivePlugin<PageServer>& wanted,
                                           const config::Settings& settings);
/// @throws Error if the launcher cannot restore the snapshot, with the command that makes one
///   which it can
void check_fit(const snapshot::Snapshot& snapshot, const ActivePlugin<VmLauncher>& launcher,
               const config::Settings& settings);
/// @throws Error for settings that mean nothing to this page server
void check_options(const ActivePlugin<PageServer>& page_server, const config::Settings& settings);

/// Where a page server that learns keeps its notes.
/// @throws Error(Blame::usage) if the settings name a folder that is not there
[[nodiscard]] std::filesystem::path notes_folder(const config::Settings& settings,
                                                 const snapshot::Snapshot& snapshot);

/// The machine that the snapshot is of.
[[nodiscard]] MachineSpec machine_of(const snapshot::Manifest& manifest);

/// How pages are read; null: by the mapping. Makes a compressed copy of the snapshot where one
/// is asked for and not there, and says so in `report`.
/// @throws Error; os::Interrupted if `ear` hears something meanwhile
[[nodiscard]] std::unique_ptr<memory::PageReader> open_page_reader(
    const ExecContext& context, const snapshot::Snapshot& snapshot, const os::Ear& ear,
    ExecReport& report);

} // namespace dhg::run
