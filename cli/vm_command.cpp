#include "age.hpp"
#include "command.hpp"
#include "setup.hpp"

#include "run/images/build_image.hpp"
#include "run/prepare/prepare.hpp"
#include "run/prepare/train.hpp"

#include <fmt/format.h>
#include <iostream>
#include <nlohmann/json.hpp>

namespace dhg::cli {
namespace {

using nlohmann::json;

const std::string kVersionedImage = "deephaven"; // what --version means without --image

double mebibytes(std::uint64_t bytes) { return static_cast<double>(bytes) / (1024.0 * 1024.0); }

Usage prepare_usage() {
  Usage usage;
  usage.about =
      "Builds the guest image if there is none, boots it, warms it up and saves the snapshot\n"
      "that 'dhg exec' restores. Does nothing if the snapshot already exists.";
  usage.options.add_options()("force", "make the snapshot again even if it exists")(
      "warm-up", po::value<std::string>()->value_name("WHAT")->default_value(run::kFullWarmUp),
      "full: every family of the image's programs; quick: only a hello and a table, so that\n"
      "first runs of anything else are slow; or a folder with one folder of programs per family");
  add_config_options(usage.options);
  return usage;
}

// What an interruption leaves, by what had been made before.
std::string what_is_left(const run::Made& made) {
  if (made.snapshot)
    return "the snapshot is complete and stays; its page server has not finished learning";
  return made.image ? "partial work was removed; the complete image stays"
                    : "partial work was removed";
}

int prepare(const Invocation& invocation) {
  os::SignalFd signals; // before any thread
  const os::Ear ear(signals);
  run::Made made;
  try {
    const auto setup = make_setup(invocation.values, &ear);
    const auto registry = make_registry(setup.layout);
    auto store = make_store(&ear);
    const run::PrepareContext context{
        setup.settings,
        registry,
        store,
        setup.layout,
        signals,
        DHG_VERSION,
        [](std::string_view line) { std::cerr << "dhg: " << line << '\n'; }};
    run::prepare(
        {invocation.values.count("force") != 0, invocation.values["warm-up"].as<std::string>()},
        context, made);
    run::train(context);
  } catch (const run::Interrupted& interrupted) {
    std::cerr << "dhg: interrupted; " << what_is_left(made) << '\n';
    return 128 + interrupted.signal;
  }
  return 0;
}

json to_json(const snapshot::ListedSnapshot& listed, const std::string& problem) {
  json object{{"name", listed.name},
              {"path", listed.path.string()},
              {"rootfs", listed.rootfs.string()},
              {"state", problem.empty() ? "complete" : "broken"},
              {"problem", problem.empty() ? json() : json(problem)},
              {"being_made_by_pid", listed.maker ? json(*listed.maker) : json()},
              {"bytes", listed.bytes},
              {"allocated_bytes", listed.allocated_bytes},
              {"compressed_bytes", listed.compressed_bytes}};
  if (listed.manifest) object["manifest"] = json::parse(snapshot::to_json(*listed.manifest));
  return object;
}

void print(const snapshot::ListedSnapshot& listed, const std::string& problem) {
  std::cout << fmt::format("{}  {}\n", listed.name,
                           problem.empty() ? "complete" : "broken: " + problem);
  if (listed.maker) std::cout << fmt::format("    being made again by process {}\n", *listed.maker);
  if (!listed.manifest) return;
  const auto& m = *listed.manifest;
  std::cout << fmt::format("    image {}{}{}, Python {}; {} ({}) on {}, {} MiB, {} vcpu\n",
                           m.image.recipe, m.image.version.empty() ? "" : " ", m.image.version,
                           m.guest.python, m.launcher.version, m.launcher.name,
                           m.machine.accelerator, m.machine.memory_bytes >> 20, m.machine.vcpus);
  if (!m.launcher.options.empty())
    std::cout << fmt::format("    launcher options {}\n", fmt::join(m.launcher.options, " "));
  if (!m.guest.jvm_args.empty())
    std::cout << fmt::format("    JVM {}\n", fmt::join(m.guest.jvm_args, " "));
  std::cout << fmt::format("    made {} ({} ago) by dhg {}\n", m.created, age_of(m.created),
                           m.dhg_version);
  const auto* memory = snapshot::find_file(m, "memory");
  std::cout << fmt::format("    {:.1f} MiB on disk, of which {:.1f} MiB guest memory",
                           mebibytes(listed.allocated_bytes),
                           mebibytes(memory != nullptr ? memory->allocated_bytes : 0));
  if (listed.compressed_bytes != 0)
    std::cout << fmt::format(", {:.1f} MiB its compressed copy",
                             mebibytes(listed.compressed_bytes));
  std::cout << '\n';
}

Usage status_usage() {
  Usage usage;
  usage.about = "Lists the snapshots. Exits with 1 if one of them is broken.";
  usage.options.add_options()("verify", "read every byte and compare it with its digest")(
      "json", "print one JSON object");
  return usage;
}

int status(const Invocation& invocation) {
  const auto& values = invocation.values;
  const auto store = make_store();
  bool all_complete = true;
  json all = json::array();
  const auto snapshots = store.list();
  for (const auto& listed : snapshots) {
    auto problem = listed.problem;
    if (problem.empty() && values.count("verify") != 0) problem = store.verify(listed.name);
    all_complete = all_complete && problem.empty();
    if (values.count("json") != 0)
      all.push_back(to_json(listed, problem));
    else
      print(listed, problem);
  }
  if (values.count("json") != 0)
    std::cout << json{{"cache", store.root().string()}, {"snapshots", all}}.dump(2) << '\n';
  else if (snapshots.empty())
    std::cout << "no snapshots yet; make one with: dhg vm prepare --image python\n";
  return all_complete ? 0 : 1;
}

Usage clean_usage() {
  Usage usage;
  usage.about =
      "Removes the snapshots of an image, or of one version of it, and the image itself once\n"
      "no snapshot needs it. Running VMs are not affected.";
  usage.options.add_options()(
      "image", po::value<std::string>()->value_name("NAME"),
      "image whose snapshots to remove (default with --version: deephaven)")(
      "version", po::value<std::string>()->value_name("VERSION"),
      "remove only snapshots of this version");
  return usage;
}

int clean(const Invocation& invocation) {
  const auto store = make_store();
  store.clean_stale();
  const auto& values = invocation.values;
  const auto given = [&](const char* option) {
    return values.count(option) != 0 ? values[option].as<std::string>() : std::string();
  };
  const auto version = given("version");
  if (given("image").empty() && version.empty())
    throw Error(Blame::usage, "nothing to remove: give --image NAME or --version VERSION",
                "see: dhg vm clean --help");
  const auto image = given("image").empty() ? kVersionedImage : given("image");
  int removed = 0;
  for (const auto& listed : store.list()) {
    // A broken one has no manifest to ask: its name begins with the image's.
    const auto& manifest = listed.manifest;
    const auto label = version.empty() ? image + "-" : fmt::format("{}-{}-", image, version);
    const bool ours = manifest ? manifest->image.recipe == image &&
                                     (version.empty() || manifest->image.version == version)
                               : listed.name.starts_with(label);
    if (ours && store.remove(listed.name)) ++removed;
  }
  const auto images = store.remove_unused_images(image);
  std::cout << fmt::format("removed: {} snapshots and {} images of '{}'\n", removed, images, image);
  return 0;
}

} // namespace

const Command vm_prepare_command{
    "vm prepare", "build an image, boot it, warm it up, save the snapshot", prepare_usage, prepare};
const Command vm_status_command{"vm status", "list the snapshots", status_usage, status};
const Command vm_clean_command{"vm clean", "remove the snapshots of an image", clean_usage, clean};

} // namespace dhg::cli
