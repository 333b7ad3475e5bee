#pragma once

#include "dhg/process.hpp"
#include "dhg/vm_launcher.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace dhg_qemu {

/// Numbers of the descriptors that QEMU inherits, besides 1 and 2.
enum ChildFd : int {
  kQmpFd = 3,
  kAgentFd = 4,
  kConsoleFd = 5,
  kMemoryTargetFd = 6, ///< restore: what QEMU is told to map
  kStateFd = 7,        ///< restore: the device state
  kHandoffFd = 8,      ///< restore: where the handoff library reports
  kSnapshotFd = 9,     ///< restore with a private mapping: the snapshot's memory
  kLibraryFd = 10,     ///< restore: the handoff library
  kEmptyMemoryFd = 11, ///< restore: what that puts in the place of kMemoryTargetFd
};

/// Changes when the machine below changes, for then old snapshots do not load.
inline constexpr const char* kMachineVersion = "microvm-2";

/// The arguments that describe the machine, the same at boot and at restore, for
/// a device state is loaded only into the machine that it was saved from. Pure.
[[nodiscard]] std::vector<std::string> machine_arguments(const dhg::MachineSpec& machine,
                                                         const std::filesystem::path& memory,
                                                         const std::filesystem::path& rootfs);

/// @param counter_khz dhg::architecture::counter_khz() of this host
[[nodiscard]] std::vector<std::string> boot_arguments(const dhg::BootRequest& request,
                                                      std::uint64_t counter_khz);
[[nodiscard]] std::vector<std::string> restore_arguments(const dhg::RestoreRequest& request);

/// What is preloaded into QEMU, and how it is told. Pure.
[[nodiscard]] std::vector<std::string> handoff_environment(dhg::MemoryBacking backing);

} // namespace dhg_qemu
