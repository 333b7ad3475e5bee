#include "subject.hpp"

#include "given_options.hpp"
#include "installation.hpp"
#include "run/plugins.hpp"

#include <fmt/format.h>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace dhg::conformance {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPlugins = "DHG_CONFORMANCE_PLUGINS";

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> result;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) result.push_back(part);
  return result;
}

std::uint64_t memory_bytes() {
  const auto given = environment("DHG_CONFORMANCE_MEMORY");
  return (given.empty() ? 256 : std::stoull(given)) << 20;
}

Subject make_subject(const std::string& plugin, const std::optional<config::RawNode>& options,
                     const fs::path& image) {
  const auto& registry = shipped_plugins();
  plugin::offer_to_plugins(registry); // a launcher may build on another
  auto active = run::activate<VmLauncher>(
      registry, DHG_VM_LAUNCHER, {plugin, options, {config::Origin::Kind::environment, kPlugins}});
  Subject subject{active.name, std::move(active.object), image, {memory_bytes(), 1}};
  subject.machine.accelerator = subject.launcher->choose_accelerator();
  return subject;
}

// What Firecracker looks at before a guest runs, and a program that stands for it.
std::vector<Subject> on_the_fake() {
  static const TemporaryFolder folder;
  const auto program = folder.path() / "firecracker";
  std::ofstream(program)
      << "#!/bin/sh\nexec "
      << (fakes::library_folder() / "dhg/conformance/fake_firecracker.py").string() << " \"$@\"\n";
  fs::permissions(program, fs::perms::owner_all);
  std::ofstream(folder.path() / "vmlinux") << "\177ELF of no use";
  for (const auto* file : {"vmlinuz", "rootfs.erofs", "initrd"})
    std::ofstream(folder.path() / file) << file;
  std::vector<Subject> result;
  result.push_back(make_subject(
      "firecracker",
      config::parse_text(fmt::format("{{check_kvm: false, binary: \"{}\"}}", program.string()),
                         "fake"),
      folder.path()));
  result.back().machine.memory_bytes = UINT64_C(128) << 20;
  return result;
}

std::vector<Subject> find_subjects() {
  const fs::path image = environment("DHG_CONFORMANCE_IMAGE");
  const auto options = fakes::given_raw_options();
  const auto plugins = split(environment(kPlugins), ':');
  if (plugins.empty()) {
    auto result = on_the_fake();
    if (!image.empty()) result.push_back(make_subject("qemu", options, image));
    return result;
  }
  if (image.empty())
    throw std::runtime_error(
        "DHG_CONFORMANCE_IMAGE is not set: a launcher needs an image and its initrd");
  std::vector<Subject> result;
  for (const auto& plugin : plugins) result.push_back(make_subject(plugin, options, image));
  return result;
}

} // namespace

const plugin::Registry& shipped_plugins() {
  static const plugin::Registry registry(fakes::library_folder() / "dhg/plugins", "");
  return registry;
}

std::vector<Subject>& subjects() {
  static std::vector<Subject> all = find_subjects();
  return all;
}

} // namespace dhg::conformance
