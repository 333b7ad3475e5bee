#include "command.hpp"
#include "setup.hpp"

#include "dhg/error.hpp"
#include "dhg/process.hpp"
#include "dhg/vm_launcher.hpp"
#include "os/userfaultfd.hpp"
#include "plugin/descriptor.hpp"
#include "run/images/prepare_command.hpp"
#include "run/images/recipe.hpp"
#include "run/plugins.hpp"

#include <fmt/format.h>
#include <filesystem>
#include <fstream>
#include <iostream>

namespace dhg::cli {
namespace {

constexpr std::uint64_t kPrepareSpace = UINT64_C(2) << 30; // image, snapshot, and room to build

std::uint64_t available_memory() {
  std::ifstream file("/proc/meminfo");
  for (std::string key, unit; file >> key;) {
    std::uint64_t kib = 0;
    file >> kib;
    std::getline(file, unit);
    if (key == "MemAvailable:") return kib * 1024;
  }
  return 0;
}

Requirement check_memory(std::uint64_t wanted) {
  const auto available = available_memory();
  const bool enough = available >= wanted;
  return {"memory", enough,
          fmt::format("{} MiB available, the guest has {} MiB", available >> 20, wanted >> 20),
          enough ? "" : "end other programs, or use a smaller guest: --set machine.memory=256MiB"};
}

Requirement check_disk(const std::filesystem::path& cache) {
  auto folder = cache;
  while (!std::filesystem::exists(folder)) folder = folder.parent_path();
  std::error_code error;
  const auto space = std::filesystem::space(folder, error);
  const auto available = error ? 0 : space.available;
  const bool enough = available >= kPrepareSpace;
  return {"disk", enough, fmt::format("{} MiB available in {}", available >> 20, folder.string()),
          enough ? "" : "free some, or set DHG_CACHE_DIR to a folder on a larger disk"};
}

Requirement check_userfaultfd() {
  const auto why_not = os::uffd::why_not_permitted();
  return {"userfaultfd", why_not.empty(), why_not.empty() ? "permitted" : why_not,
          why_not.empty() ? "" : "sysctl vm.unprivileged_userfaultfd=1"};
}

// What each says of itself: none of them is known by name here.
std::vector<Requirement> check_page_servers(const plugin::Registry& registry, bool faults_work) {
  std::vector<Requirement> all;
  for (const auto& listed : registry.usable(DHG_PAGE_SERVER)) {
    const auto& descriptor = *listed.plugin->descriptor;
    const bool needs_faults = (plugin::traits_of(descriptor).bits & DHG_TRAIT_NO_FAULTS) == 0;
    all.push_back({listed.name, faults_work || !needs_faults,
                   fmt::format("page server: {}{}", descriptor.description,
                               needs_faults && !faults_work ? "; needs userfaultfd" : ""),
                   ""});
  }
  return all;
}

Requirement check_tool(const char* name, const char* package) {
  if (const auto path = find_program(name); !path.empty()) return {name, true, path.string(), ""};
  return {name, false, "not in PATH (dhg vm prepare needs it)",
          fmt::format("apt-get install {}", package)};
}

Requirement check_snapshot(const snapshot::Store& store, const snapshot::SnapshotKey& key,
                           const config::Settings& settings) {
  const auto name = snapshot::snapshot_name(key);
  const bool there = store.try_manifest(name).has_value();
  return {"snapshot", there, there ? name : fmt::format("'{}' does not exist yet", name),
          there ? "" : run::prepare_command(settings, key.version)};
}

void print(const Requirement& requirement) {
  std::cout << fmt::format("{} {:<20} {}\n", requirement.met ? "ok     " : "missing",
                           requirement.name, requirement.detail);
  if (!requirement.remedy.empty())
    std::cout << fmt::format("        {:<20} -> {}\n", "", requirement.remedy);
}

Usage doctor_usage() {
  Usage usage;
  usage.about =
      "Checks whether this machine can run dhg, prints how to fix what is missing, and names\n"
      "the fastest configuration that works here. Exits with 1 if something is missing.";
  add_config_options(usage.options);
  return usage;
}

int doctor(const Invocation& invocation) {
  const auto setup = make_setup(invocation.values);
  const auto registry = make_registry(setup.layout);
  const auto store = make_store();
  const auto launcher =
      run::activate<VmLauncher>(registry, DHG_VM_LAUNCHER, setup.settings.launcher);

  const auto recipe =
      run::load_recipe(setup.layout.images, setup.settings.image, setup.settings.image_origin);
  auto key = run::snapshot_key(recipe, setup.settings, launcher.name, launcher.changed_options);
  if (key.version.empty()) key.version = recipe.default_version;

  auto all = launcher.object->requirements(Purpose::boot);
  all.push_back(check_userfaultfd());
  const bool faults_work = all.back().met;
  all.push_back(check_memory(key.memory_bytes));
  all.push_back(check_disk(store.root()));
  for (const auto& [tool, package] :
       {std::pair{"mmdebstrap", "mmdebstrap"}, std::pair{"cpio", "cpio"}, std::pair{"kmod", "kmod"},
        std::pair{"lz4", "lz4"}})
    all.push_back(check_tool(tool, package));
  bool all_met = true;
  for (const auto& requirement : all) {
    print(requirement);
    all_met = all_met && requirement.met;
  }
  // Not a lack: there is another one for each that does not work here.
  for (const auto& server : check_page_servers(registry, faults_work)) print(server);
  print(check_snapshot(store, key, setup.settings)); // not a lack: prepare makes it

  // Without KVM everything works, only slower; but for a launcher that has nothing else,
  // and says so above.
  Accelerator accelerator{};
  try {
    accelerator = launcher.object->choose_accelerator();
  } catch (const Error&) {
    return 1;
  }
  std::cout << fmt::format("{} {:<20} {}\n",
                           accelerator == Accelerator::kvm ? "ok     " : "note   ", "KVM",
                           launcher.object->describe_acceleration());
  // By the measurements in docs/performance.md.
  std::cout << fmt::format("\nfastest here: --config file.yaml with {}; {}\n",
                           to_string(accelerator),
                           faults_work ? "fast.yaml, the default, is close behind it"
                                       : "fast.yaml, the default, does the same here");
  return all_met ? 0 : 1;
}

} // namespace

const Command doctor_command{"doctor", "check this machine and print how to fix what is missing",
                             doctor_usage, doctor};

} // namespace dhg::cli
