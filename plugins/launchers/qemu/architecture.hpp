#pragma once

#include "dhg/architecture.hpp"

namespace dhg_qemu {

// What of QEMU's machine depends on the processor's architecture.

inline constexpr const char* kProgram = "qemu-system-x86_64";
inline constexpr const char* kInstall = "apt-get install qemu-system-x86";

/// Devices on virtio-mmio, told by ACPI; a serial port, and no timers and interrupt
/// controllers of old.
inline constexpr const char* kMachineType = "microvm,acpi=on,isa-serial=on,rtc=on,pit=off,pic=off";

/// Without what a kernel switches at each access to a program's memory, at each change of
/// threads, or walks at each miss of the TLB: code to translate, which protects nobody
/// in a machine with one user.
inline constexpr const char* kTcgProcessor = "max,-smap,-pku,-la57";

/// With -no-reboot it ends QEMU when the guest ends.
inline constexpr const char* kReset = dhg::architecture::kResetByFault;

} // namespace dhg_qemu
