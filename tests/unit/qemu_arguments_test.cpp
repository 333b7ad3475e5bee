// QEMU's command lines, as text: a snapshot restores only into the machine that
// it was made with, so a change here is a change of kMachineVersion.

#include "dhg/guest_machine.hpp"
#include "qemu/arguments.hpp"

#include <algorithm>
#include <catch2/catch_all.hpp>

using namespace dhg;
using namespace dhg_qemu;

namespace {

constexpr MachineSpec kMachine{UINT64_C(512) << 20, 1, Accelerator::tcg};

// An option and its values a line.
std::string lines(const std::vector<std::string>& args) {
  std::string text;
  for (const auto& arg : args) {
    if (!text.empty()) text += arg.starts_with('-') ? '\n' : ' ';
    text += arg;
  }
  return text;
}

BootRequest boot() {
  return {kMachine, "/img/vmlinuz", "/img/vmlinux", "/img/initrd", "/img/rootfs", "/snap/memory",
          2};
}

RestoreRequest restore(MemoryBacking backing = MemoryBacking::userfaultfd) {
  return {kMachine, "/img/rootfs", "/snap/state", "/snap/memory", 5, backing, 2};
}

const std::string kCommonBeforeMemory =
    "-nodefaults\n-no-user-config\n-display none\n-no-reboot\n"
    "-sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny\n"
    "-M microvm,acpi=on,isa-serial=on,rtc=on,pit=off,pic=off,memory-backend=mem,"
    "dump-guest-core=off,mem-merge=off\n"
    "-global migration.store-global-state=off\n"
    "-accel tcg\n-cpu max,-smap,-pku,-la57\n-m 512M\n-smp 1\n"
    "-object memory-backend-file,id=mem,size=536870912,mem-path=";

const std::string kCommonAfterMemory =
    ",share=on\n"
    "-blockdev driver=raw,node-name=root,read-only=on,file.driver=file,"
    "file.filename=/img/rootfs,file.locking=off\n"
    "-device virtio-blk-device,drive=root\n"
    "-chardev socket,id=qmp,fd=3\n-mon chardev=qmp,mode=control\n"
    "-chardev file,id=console,path=/proc/self/fd/5\n-serial chardev:console\n"
    "-device virtio-serial-device\n-chardev socket,id=agent,fd=4\n"
    "-device virtserialport,chardev=agent,name=org.deephaven.dhg\n"
    "-device virtio-balloon-device\n";

} // namespace

TEST_CASE("QEMU arguments: a cold start") {
  const auto common = kCommonBeforeMemory + "/snap/memory" + kCommonAfterMemory +
                      "-kernel /img/vmlinuz\n-initrd /img/initrd\n";
  const auto kernel = "-append " + kernel_arguments("reboot=t");
  CHECK(lines(boot_arguments(boot(), 2'400'000)) ==
        common + kernel + " no_timer_check tsc=reliable tsc_early_khz=2400000");
  auto with_kvm = boot();
  with_kvm.machine.accelerator = Accelerator::kvm;
  CHECK_THAT(lines(boot_arguments(with_kvm, 2'400'000)), Catch::Matchers::EndsWith(kernel));
}

TEST_CASE("QEMU arguments: a restore never opens the snapshot's memory by name") {
  const auto args = restore_arguments(restore());
  CHECK(lines(args) ==
        kCommonBeforeMemory + "/proc/self/fd/6" + kCommonAfterMemory + "-S\n-incoming defer");
  CHECK(std::none_of(args.begin(), args.end(),
                     [](const auto& arg) { return arg.find("/snap/") != std::string::npos; }));
  CHECK(restore_arguments(restore(MemoryBacking::private_mapping)) == args);
}

TEST_CASE("QEMU arguments: KVM, and the machine's size") {
  const auto text =
      lines(machine_arguments({UINT64_C(4608) << 20, 4, Accelerator::kvm}, "/m", "/r"));
  CHECK_THAT(text,
             Catch::Matchers::ContainsSubstring("\n-accel kvm\n-cpu host\n-m 4608M\n-smp 4\n"));
  CHECK_THAT(text, Catch::Matchers::ContainsSubstring("size=4831838208,mem-path=/m,"));
}

TEST_CASE("QEMU arguments: a comma in a path ends no value") {
  const auto text = lines(machine_arguments(kMachine, "/a,b/m", "/c,,d/r,readonly=off"));
  CHECK_THAT(text, Catch::Matchers::ContainsSubstring("mem-path=/a,,b/m,share=on"));
  CHECK_THAT(text, Catch::Matchers::ContainsSubstring(
                       "file.filename=/c,,,,d/r,,readonly=off,file.locking"));
}

TEST_CASE("QEMU arguments: the handoff library's environment") {
  CHECK(handoff_environment(MemoryBacking::userfaultfd) ==
        std::vector<std::string>{"LD_PRELOAD=/proc/self/fd/10", "DHG_HANDOFF_SOCKET=8",
                                 "DHG_HANDOFF_TARGET=6", "DHG_HANDOFF_EMPTY=11"});
  CHECK(handoff_environment(MemoryBacking::private_mapping) ==
        std::vector<std::string>{"LD_PRELOAD=/proc/self/fd/10", "DHG_HANDOFF_SOCKET=8",
                                 "DHG_HANDOFF_TARGET=6", "DHG_HANDOFF_EMPTY=11",
                                 "DHG_HANDOFF_FILE=9"});
}
