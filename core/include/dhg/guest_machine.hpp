#pragma once

#include "dhg/architecture.hpp"
#include "dhg/guest_machine.h"
#include "dhg/vm_launcher.hpp"

#include <cstdint>
#include <string>
#include <string_view>

/// What the guest needs of a machine that a launcher makes for it. docs/write-a-launcher.md
/// has all of it, the devices and their order too. Since ABI 1.2.
namespace dhg {

/// The virtio-serial port that carries the agent's stream, by its name.
inline constexpr const char* kAgentSerialPort = DHG_AGENT_SERIAL_PORT;
/// The vsock port that the guest listens on where its machine has no such serial port.
inline constexpr std::uint32_t kAgentVsockPort = DHG_AGENT_VSOCK_PORT;

/// The command line of the guest's kernel, for boot().
///
/// The guest needs the console, and panic=-1: a guest that ends resets its machine, and
/// that has to end the VMM. init_on_alloc=0: ballooning would write all that it takes away.
///
/// The rest is for speed: work that a kernel does for long-lived machines, and that comes
/// due in the first moments of a restored one, which pays for each piece of code that it
/// runs for the first time: a tick that stops and starts, pressure and memory accounting,
/// watchdogs, counters that are folded every second, background compaction and
/// writeback, access-control modules.
/// A guest has one user, root, who runs the program: there is nobody in it to protect
/// from him, so it does without mitigations and checks of copies too.
///
/// @param reset how a reset reaches this VMM: architecture::kResetByFault, ...
/// @param emulation where the accelerator is TCG: architecture::emulation_arguments();
///   else empty
[[nodiscard]] inline std::string kernel_arguments(std::string_view reset,
                                                  std::string_view emulation = {}) {
  std::string line = std::string("console=") + architecture::kConsole +
                     " quiet panic=-1 random.trust_cpu=on init_on_alloc=0"
                     " nohz=off psi=0 cgroup_disable=memory nowatchdog lsm=capability"
                     " mitigations=off hardened_usercopy=off randomize_kstack_offset=off"
                     " preempt=none sysctl.vm.stat_interval=3600"
                     " sysctl.vm.compaction_proactiveness=0"
                     " sysctl.vm.dirty_writeback_centisecs=0 ";
  line += reset;
  if (!emulation.empty()) (line += ' ') += emulation;
  return line;
}

} // namespace dhg
