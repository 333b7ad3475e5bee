#pragma once

#include "dhg/vm_launcher.hpp"
#include "plugin/registry.hpp"
#include "temporary_folder.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace dhg::conformance {

using fakes::TemporaryFolder;

/// A launcher under test, and a guest for it.
struct Subject {
  std::string name;
  std::unique_ptr<VmLauncher> launcher;
  /// With vmlinuz, vmlinux, rootfs.erofs and initrd.
  std::filesystem::path image;
  MachineSpec machine;
};

/// The plugins that come with dhg.
[[nodiscard]] const plugin::Registry& shipped_plugins();

/// By the environment:
///   DHG_CONFORMANCE_PLUGINS  the launchers' absolute paths, separated by ':'
///   DHG_CONFORMANCE_OPTIONS  their options, in YAML: "{accel: tcg, binary: /x}"
///   DHG_CONFORMANCE_IMAGE    a folder with vmlinuz, vmlinux, rootfs.erofs and initrd
///   DHG_CONFORMANCE_SNAPSHOTS  a folder that keeps the snapshot for the next process
///   DHG_CONFORMANCE_MEMORY   the guest's memory in MiB; 256 if not given
/// Without plugins: firecracker on the fake, and, with an image, qemu.
[[nodiscard]] std::vector<Subject>& subjects();

} // namespace dhg::conformance
