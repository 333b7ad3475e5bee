#include "arguments.hpp"

#include "architecture.hpp"

#include "dhg/guest_machine.hpp"

#include <fmt/format.h>

namespace dhg_qemu {
namespace {

using dhg::Accelerator;

// QEMU takes a comma as the end of a value, and two as one comma.
std::string escape(const std::filesystem::path& path) {
  std::string result;
  for (const char c : path.string()) {
    result += c;
    if (c == ',') result += c;
  }
  return result;
}

std::string descriptor_path(int fd) { return fmt::format("/proc/self/fd/{}", fd); }

void append(std::vector<std::string>& to, std::initializer_list<std::string> values) {
  to.insert(to.end(), values);
}

} // namespace

std::vector<std::string> machine_arguments(const dhg::MachineSpec& machine,
                                           const std::filesystem::path& memory,
                                           const std::filesystem::path& rootfs) {
  const bool kvm = machine.accelerator == Accelerator::kvm;
  std::vector<std::string> args;
  append(args, {"-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"});
  append(args,
         {"-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"});
  append(args, {"-M", fmt::format("{},memory-backend=mem,dump-guest-core=off,mem-merge=off",
                                  kMachineType)});
  // Without the source's run state in the snapshot, a restored machine does what
  // `cont` said while it was loading, instead of staying paused as it was saved.
  append(args, {"-global", "migration.store-global-state=off"});
  append(args, {"-accel", kvm ? "kvm" : "tcg", "-cpu", kvm ? "host" : kTcgProcessor});
  append(args, {"-m", fmt::format("{}M", machine.memory_bytes >> 20), "-smp",
                fmt::format("{}", machine.vcpus)});
  append(args, {"-object", fmt::format("memory-backend-file,id=mem,size={},mem-path={},share=on",
                                       machine.memory_bytes, escape(memory))});
  append(args, {"-blockdev",
                fmt::format("driver=raw,node-name=root,read-only=on,file.driver=file,"
                            "file.filename={},file.locking=off",
                            escape(rootfs)),
                "-device", "virtio-blk-device,drive=root"});
  append(args, {"-chardev", fmt::format("socket,id=qmp,fd={}", +kQmpFd), "-mon",
                "chardev=qmp,mode=control"});
  append(args, {"-chardev", fmt::format("file,id=console,path={}", descriptor_path(kConsoleFd)),
                "-serial", "chardev:console"});
  append(args, {"-device", "virtio-serial-device", "-chardev",
                fmt::format("socket,id=agent,fd={}", +kAgentFd), "-device",
                fmt::format("virtserialport,chardev=agent,name={}", dhg::kAgentSerialPort)});
  append(args, {"-device", "virtio-balloon-device"});
  return args;
}

std::vector<std::string> boot_arguments(const dhg::BootRequest& request,
                                        std::uint64_t counter_khz) {
  auto args = machine_arguments(request.machine, request.memory, request.rootfs);
  const auto emulation = request.machine.accelerator == Accelerator::tcg
                             ? dhg::architecture::emulation_arguments(counter_khz)
                             : std::string();
  append(args, {"-kernel", request.kernel.string(), "-initrd", request.initrd.string(), "-append",
                dhg::kernel_arguments(kReset, emulation)});
  return args;
}

std::vector<std::string> restore_arguments(const dhg::RestoreRequest& request) {
  auto args = machine_arguments(request.machine, descriptor_path(kMemoryTargetFd), request.rootfs);
  append(args, {"-S", "-incoming", "defer"});
  return args;
}

std::vector<std::string> handoff_environment(dhg::MemoryBacking backing) {
  // Not by its path: in LD_PRELOAD blanks and colons separate paths, and cannot be quoted.
  std::vector<std::string> result{"LD_PRELOAD=" + descriptor_path(kLibraryFd),
                                  fmt::format("DHG_HANDOFF_SOCKET={}", +kHandoffFd),
                                  fmt::format("DHG_HANDOFF_TARGET={}", +kMemoryTargetFd),
                                  fmt::format("DHG_HANDOFF_EMPTY={}", +kEmptyMemoryFd)};
  if (backing == dhg::MemoryBacking::private_mapping)
    result.push_back(fmt::format("DHG_HANDOFF_FILE={}", +kSnapshotFd));
  return result;
}

} // namespace dhg_qemu
