#include "snapshot/names.hpp"

#include "dhg/error.hpp"

#include <fmt/format.h>
#include <array>
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
  throw Error(Blame::usage, "there is no place for snapshots: HOME is not set",
              "set DHG_CACHE_DIR to a folder");
}

std::string snapshot_name(std::string_view image, std::string_view launcher,
                          std::uint64_t memory_bytes, unsigned vcpus) {
  return fmt::format("{}-{}-{}m-{}c", image, launcher, memory_bytes >> 20, vcpus);
}

std::string prepare_command(std::string_view snapshot_name) {
  // From the right, for an image may have '-' in its name:
  // image-launcher-512m-1c
  std::array<std::string_view, 3> parts;
  for (auto& part : parts) {
    const auto dash = snapshot_name.rfind('-');
    if (dash == std::string_view::npos) return "dhg vm prepare";
    part = snapshot_name.substr(dash + 1);
    snapshot_name = snapshot_name.substr(0, dash);
  }
  auto& vcpus = parts[0];
  auto& memory = parts[1];
  if (!vcpus.ends_with('c') || !memory.ends_with('m')) return "dhg vm prepare";
  vcpus.remove_suffix(1);
  memory.remove_suffix(1);
  auto command =
      fmt::format("dhg vm prepare --image {} --set machine.memory={}MiB", snapshot_name, memory);
  if (parts[2] != "qemu") command += fmt::format(" --set launcher.plugin={}", parts[2]);
  if (vcpus != "1") command += fmt::format(" --set machine.vcpus={}", vcpus);
  return command;
}

bool is_plain_name(std::string_view name) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  return !name.empty() && name.size() <= 200 && name.front() != '.' &&
         name.find_first_not_of(kAllowed) == std::string_view::npos;
}

} // namespace dhg::snapshot
