#include "run/exec/parts.hpp"

#include "dhg/error.hpp"
#include "memory/compressed_copy.hpp"
#include "os/userfaultfd.hpp"
#include "run/images/choose_version.hpp"
#include "run/images/prepare_command.hpp"

#include <fmt/format.h>
#include <future>

namespace dhg::run {
namespace {

// The page server to use: the one that was asked for, or, where userfaultfd is
// not permitted and the config allows it, the one that does without.
ActivePlugin<PageServer> choose_page_server(const ExecContext& context, ExecReport& report) {
  const auto& settings = context.settings;
  auto wanted =
      activate<PageServer>(context.registry, DHG_PAGE_SERVER, settings.page_server.choice);
  const auto substitution = substitution_for(wanted, settings);
  if (substitution.empty()) return wanted;
  report.substitutions.push_back(substitution);
  return activate<PageServer>(context.registry, DHG_PAGE_SERVER,
                              {settings.page_server.fallback, std::nullopt});
}

} // namespace

std::string substitution_for(const ActivePlugin<PageServer>& wanted,
                             const config::Settings& settings) {
  if (wanted.object->backing() == MemoryBacking::private_mapping) return {};
  const auto why_not = os::uffd::why_not_permitted();
  if (why_not.empty()) return {};
  const auto& fallback = settings.page_server.fallback;
  if (fallback.empty())
    throw Error(Blame::environment,
                fmt::format("page server '{}' needs userfaultfd: {}", wanted.name, why_not),
                "or use one without: 'dhg doctor' names them");
  return fmt::format("page server '{}' instead of '{}': {}", fallback, wanted.name, why_not);
}

void check_fit(const snapshot::Snapshot& snapshot, const ActivePlugin<VmLauncher>& launcher,
               const config::Settings& settings) {
  const auto& made_by = snapshot.manifest().launcher;
  const auto command = [&] { return prepare_command(settings, snapshot.manifest().image.version); };
  if (made_by.name != launcher.name)
    throw Error(Blame::environment,
                fmt::format("snapshot '{}' belongs to the launcher '{}', not to '{}'",
                            snapshot.name(), made_by.name, launcher.name),
                fmt::format("make one with: {}", command()));
  if (made_by.fingerprint != launcher.object->fingerprint())
    throw Error(Blame::environment,
                fmt::format("snapshot '{}' was made by {}, which has changed since, or is not the "
                            "one that is found now",
                            snapshot.name(), made_by.version),
                fmt::format("make it again with: {} --force", command()));
}

// A page server that maps the snapshot neither reads pages nor sees faults.
void check_options(const ActivePlugin<PageServer>& page_server, const config::Settings& settings) {
  if (page_server.object->backing() != MemoryBacking::private_mapping) return;
  if (settings.page_source != config::PageSourceKind::mapped)
    throw Error(Blame::usage,
                fmt::format("page server '{}' maps the snapshot and reads no pages itself",
                            page_server.name),
                "use page_source=mapped, or a page server that serves faults (dhg plugin list)");
  if (!settings.page_server.record.empty())
    throw Error(Blame::usage,
                fmt::format("page server '{}' has no faults to record", page_server.name),
                "leave out page_server.record, or use a page server that serves faults (dhg plugin "
                "list)");
}

ExecParts choose_parts(const ExecContext& context, ExecReport& report) {
  const auto& settings = context.settings;
  auto launcher = activate<VmLauncher>(context.registry, DHG_VM_LAUNCHER, settings.launcher);
  report.launcher = launcher.name;
  const auto check_launcher = [&] { require_met(launcher.object->requirements(Purpose::restore)); };
  // With options, the launcher's fingerprint is asked for: what it lacks is told before.
  const bool asked = !launcher.changed_options.empty();
  if (asked) check_launcher();
  // The plugins are looked at while the snapshot is being opened.
  auto opened = std::async(std::launch::async, [&, identity = identify(launcher)] {
    return open_wanted_snapshot(context.layout.images, settings, context.store, identity);
  });
  auto page_server = choose_page_server(context, report);
  auto channel =
      activate<ResultChannel>(context.registry, DHG_RESULT_CHANNEL, settings.result_channel);
  report.page_server = page_server.name;
  report.result_channel = channel.name;
  check_options(page_server, settings);
  if (!asked) check_launcher();
  auto snapshot = opened.get();
  check_fit(snapshot, launcher, settings);
  report.snapshot = snapshot.name();
  report.accelerator = machine_of(snapshot.manifest()).accelerator;
  return {std::move(launcher), std::move(page_server), std::move(channel), std::move(snapshot)};
}

std::filesystem::path notes_folder(const config::Settings& settings,
                                   const snapshot::Snapshot& snapshot) {
  std::filesystem::path folder = settings.page_server.notes;
  if (folder.empty()) return snapshot.folder();
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error))
    throw Error(Blame::usage,
                fmt::format("page_server.notes: '{}' is not a folder", folder.string()),
                "make it first, or leave page_server.notes out");
  return folder;
}

MachineSpec machine_of(const snapshot::Manifest& manifest) {
  return {manifest.machine.memory_bytes, manifest.machine.vcpus,
          manifest.machine.accelerator == "kvm" ? Accelerator::kvm : Accelerator::tcg};
}

std::unique_ptr<memory::PageReader> open_page_reader(const ExecContext& context,
                                                     const snapshot::Snapshot& snapshot,
                                                     const os::Ear& ear, ExecReport& report) {
  const auto kind = context.settings.page_source;
  const auto memory = snapshot.file("memory");
  if (kind == config::PageSourceKind::direct) return memory::make_direct_reader(memory);
  if (kind != config::PageSourceKind::compressed) return nullptr;
  const auto copy = snapshot.compressed_copy();
  const auto* described = find_file(snapshot.manifest(), "memory");
  const auto binding = described->digest + ' ' + snapshot.manifest().created;
  const auto open = [&] {
    return memory::open_compressed_copy(copy, memory, described->bytes, binding);
  };
  if (auto reader = open()) return reader;
  report.substitutions.emplace_back("a compressed copy of the snapshot was made first");
  const auto staging = context.store.stage(snapshot.name());
  memory::write_compressed_copy(memory, staging.path() / copy.filename(), binding, &ear);
  staging.publish_file(copy.filename().string(), copy, &ear);
  auto reader = open();
  if (!reader) throw Error(Blame::environment, "the compressed copy cannot be read back");
  return reader;
}

} // namespace dhg::run
