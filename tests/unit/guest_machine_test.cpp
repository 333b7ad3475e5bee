// What every launcher tells the guest's kernel, as text: a change here changes each guest
// that is booted from then on.

#include "dhg/guest_machine.hpp"

#include <catch2/catch_all.hpp>

using namespace dhg;

TEST_CASE("The guest kernel's command line") {
  const std::string always =
      "console=ttyS0 quiet panic=-1 random.trust_cpu=on init_on_alloc=0 nohz=off psi=0 "
      "cgroup_disable=memory nowatchdog lsm=capability mitigations=off hardened_usercopy=off "
      "randomize_kstack_offset=off preempt=none sysctl.vm.stat_interval=3600 "
      "sysctl.vm.compaction_proactiveness=0 sysctl.vm.dirty_writeback_centisecs=0 ";
  CHECK(kernel_arguments(architecture::kResetByKeyboard) == always + "reboot=k");
  CHECK(
      kernel_arguments(architecture::kResetByFault, architecture::emulation_arguments(2'400'000)) ==
      always + "reboot=t no_timer_check tsc=reliable tsc_early_khz=2400000");
}

TEST_CASE("The host's counter is measured to the same rate each time") {
  const auto first = static_cast<double>(architecture::counter_khz());
  CHECK(first > 100'000);
  CHECK(static_cast<double>(architecture::counter_khz()) == Catch::Approx(first).epsilon(0.2));
}
