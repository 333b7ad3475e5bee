#include "run/prepare/train.hpp"

#include "dhg/error.hpp"
#include "os/descriptors.hpp"
#include "os/userfaultfd.hpp"
#include "run/exec/exec.hpp"
#include "run/exec/guest_session.hpp"
#include "run/exec/parts.hpp"
#include "run/images/build_image.hpp"
#include "run/images/recipe.hpp"
#include "run/plugins.hpp"
#include "snapshot/notes_file.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>

namespace dhg::run {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> programs_of(const fs::path& folder) {
  std::vector<fs::path> result;
  if (!fs::is_directory(folder)) return result;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".py") result.push_back(entry.path());
  std::sort(result.begin(), result.end());
  return result;
}

std::string program_text(const fs::path& path) {
  std::ifstream file(path);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) throw system_error(errno, fmt::format("cannot read '{}'", path.string()));
  return text;
}

// Or has nothing to learn.
bool has_learnt(const PrepareContext& context, const ActivePlugin<PageServer>& server,
                const std::string& snapshot_name) {
  if (dynamic_cast<const LearningPageServer*>(server.object.get()) == nullptr) return true;
  if (!os::uffd::why_not_permitted().empty()) return true; // it would not be used
  const auto snapshot = context.store.open_snapshot(snapshot_name);
  return !snapshot::NotesFile(notes_folder(context.settings, snapshot), snapshot.manifest(),
                              server.name, server.version)
              .load()
              .empty();
}

void run_once(const PrepareContext& context, const config::Settings& settings,
              const fs::path& path) {
  const auto console = os::make_memory_file("dhg-console");
  timing::Timeline timeline;
  CaptureSink sink;
  const auto report =
      exec({program_text(path), path.filename().string(), {path.filename().string()}},
           {settings, context.registry, context.store, context.layout, context.signals, timeline,
            sink, console.get()});
  if (report.outcome == RunOutcome::interrupted) throw Interrupted{report.exit_code - 128};
  if (report.exit_code != 0)
    throw Error(Blame::environment,
                fmt::format("the representative program '{}' failed: {}", path.string(),
                            report.message.empty() ? sink.err_text() : report.message),
                report.hint);
  for (const auto& problem : report.substitutions) context.progress(problem);
}

} // namespace

void train(const PrepareContext& context) {
  const auto server =
      activate<PageServer>(context.registry, DHG_PAGE_SERVER, context.settings.page_server.choice);
  const auto launcher =
      activate<VmLauncher>(context.registry, DHG_VM_LAUNCHER, context.settings.launcher);
  const auto recipe =
      load_recipe(context.layout.images, context.settings.image, context.settings.image_origin);
  auto key = snapshot_key(recipe, context.settings, launcher.name, launcher.changed_options);
  if (key.version.empty()) key.version = recipe.default_version;
  if (has_learnt(context, server, snapshot::snapshot_name(key))) return;
  auto settings = context.settings;
  settings.version = key.version; // what was just prepared, even if there is a newer one
  for (const auto& path : programs_of(context.layout.representative / context.settings.image)) {
    context.progress(
        fmt::format("page server {} is learning from {}", server.name, path.filename().string()));
    run_once(context, settings, path);
  }
}

} // namespace dhg::run
