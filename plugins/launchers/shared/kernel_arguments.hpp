#pragma once

namespace dhg_launchers {

/// What every launcher tells the guest's kernel.
///
/// panic=-1: the VMM ends when the guest does. init_on_alloc=0: ballooning would write
/// all that it takes away.
///
/// The rest is work that a kernel does for long-lived machines, and that comes due in
/// the first moments of a restored one, which pays for each piece of code that it runs
/// for the first time: a tick that stops and starts, pressure and memory accounting,
/// watchdogs, counters that are folded every second, background compaction and
/// writeback, access-control modules.
/// A guest has one user, root, who runs the program: there is nobody in it to protect
/// from him, so it does without mitigations and checks of copies too.
inline constexpr const char* kKernelArguments =
    "console=ttyS0 quiet panic=-1 random.trust_cpu=on init_on_alloc=0"
    " nohz=off psi=0 cgroup_disable=memory nowatchdog lsm=capability"
    " mitigations=off hardened_usercopy=off randomize_kstack_offset=off preempt=none"
    " sysctl.vm.stat_interval=3600 sysctl.vm.compaction_proactiveness=0"
    " sysctl.vm.dirty_writeback_centisecs=0";

} // namespace dhg_launchers
