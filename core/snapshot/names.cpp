#include "snapshot/names.hpp"

#include "dhg/error.hpp"
#include "text/plain_name.hpp"

#include <fmt/format.h>
#include <utility>

namespace dhg::snapshot {

namespace fs = std::filesystem;

fs::path cache_root(const std::function<std::optional<std::string>(const char*)>& environment) {
  for (const auto& [name, below] :
       {std::pair{"DHG_CACHE_DIR", ""}, std::pair{"XDG_CACHE_HOME", "dhg"},
        std::pair{"HOME", ".cache/dhg"}}) {
    const auto value = environment(name).value_or("");
    if (value.empty()) continue;
    if (value.front() != '/')
      throw Error(Blame::usage, fmt::format("{}={}: not an absolute path", name, value),
                  fmt::format("set {} to a path that begins with '/'", name));
    return *below == '\0' ? fs::path(value) : fs::path(value) / below;
  }
  throw Error(Blame::usage, "no place to keep snapshots: HOME is not set",
              "set DHG_CACHE_DIR to a folder");
}

std::string snapshot_name(const SnapshotKey& key) {
  auto name = key.image;
  if (!key.version.empty()) name += '-' + key.version;
  name += fmt::format("-{}-{}m-{}c", key.launcher, key.memory_bytes >> 20, key.vcpus);
  if (!key.jvm.empty()) name += '-' + key.jvm;
  return name;
}

std::string prepare_command(std::string_view snapshot_name) {
  // From the right, for an image may have '-' in its name:
  // image[-version]-launcher-512m-1c[-jvm]
  const auto cut = [&] {
    const auto dash = snapshot_name.rfind('-');
    if (dash == std::string_view::npos) return std::string_view();
    const auto part = snapshot_name.substr(dash + 1);
    snapshot_name = snapshot_name.substr(0, dash);
    return part;
  };
  const auto is_number = [](std::string_view part, char unit) {
    return part.size() > 1 && part.back() == unit &&
           part.find_first_not_of("0123456789") == part.size() - 1;
  };
  std::string_view jvm;
  auto vcpus = cut();
  if (!is_number(vcpus, 'c')) {
    jvm = vcpus;
    vcpus = cut();
  }
  const auto memory = cut();
  const auto launcher = cut();
  if (!is_number(vcpus, 'c') || !is_number(memory, 'm') || launcher.empty())
    return "dhg vm prepare";
  const auto dash = snapshot_name.rfind('-');
  const bool versioned =
      dash != std::string_view::npos && text::is_version(snapshot_name.substr(dash + 1));
  auto command = fmt::format("dhg vm prepare --image {}",
                             snapshot_name.substr(0, versioned ? dash : std::string_view::npos));
  if (versioned) command += fmt::format(" --version {}", snapshot_name.substr(dash + 1));
  if (launcher != "qemu") command += fmt::format(" --set launcher.plugin={}", launcher);
  command += fmt::format(" --set machine.memory={}iB",
                         std::string(memory.substr(0, memory.size() - 1)) + "M");
  if (vcpus != "1c")
    command += fmt::format(" --set machine.vcpus={}", vcpus.substr(0, vcpus.size() - 1));
  if (!jvm.empty()) command += fmt::format(" --set jvm_args={}", jvm);
  return command;
}

} // namespace dhg::snapshot
