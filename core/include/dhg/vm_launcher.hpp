#pragma once

#include "dhg/deadline.hpp"
#include "dhg/page_server.hpp"
#include "dhg/plugin.hpp"
#include "dhg/unique_fd.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace dhg {

/// What executes guest instructions.
enum class Accelerator { tcg, kvm };

[[nodiscard]] DHG_API const char* to_string(Accelerator accelerator) noexcept;

/// The virtual machine, as far as every launcher has to know it. It stays as it is within
/// a major version of the ABI, for it stands in the middle of the requests below.
struct MachineSpec {
  std::uint64_t memory_bytes = 0; ///< a multiple of architecture::kMemoryGranularity
  unsigned vcpus = 1;             ///< 1..32
  Accelerator accelerator = Accelerator::tcg;
};

/// A cold start, for `dhg vm prepare`. Descriptors are borrowed for the call; the files are
/// there until the VMM has ended.
///
/// Only dhg makes requests. Later versions may add members at the end, which a launcher
/// that was built before does not see: one that builds on another passes on the request
/// that it was given, not a copy (docs/abi.md).
struct BootRequest {
  MachineSpec machine;
  std::filesystem::path kernel;     ///< on x86-64 a bzImage
  std::filesystem::path kernel_elf; ///< the same kernel, uncompressed
  std::filesystem::path initrd;
  std::filesystem::path rootfs; ///< attached read-only
  /// Where the guest's memory is to be once save() returns: all of it, and nothing
  /// else. Exists, of the memory's size, empty. A launcher may map it shared from
  /// the start, or overwrite it in save().
  std::filesystem::path memory;
  int console = -1; ///< what the guest's serial console writes to
};

/// A start from a snapshot, for `dhg exec`. As BootRequest, but that the files may be gone
/// once resume() has returned: a VMM that needs one later holds it open.
struct RestoreRequest {
  MachineSpec machine;
  std::filesystem::path rootfs; ///< attached read-only
  std::filesystem::path state;  ///< what save() wrote
  std::filesystem::path memory;
  int memory_fd = -1; ///< `memory`, open for reading only
  MemoryBacking backing = MemoryBacking::userfaultfd;
  int console = -1; ///< what the guest's serial console writes to
};

/// A virtual machine and the VMM process that runs it. Used from one thread. The
/// destructor kills the VMM and waits until it is gone; the VMM also dies with
/// this process. Each call throws Error if the VMM refuses, dies, or is not done
/// at the deadline.
class DHG_API Vm {
 public:
  Vm() = default;
  Vm(const Vm&) = delete;
  Vm& operator=(const Vm&) = delete;
  virtual ~Vm();

  /// A pidfd of the VMM: readable once it has ended. Borrowed.
  [[nodiscard]] virtual int process_fd() const noexcept = 0;
  /// After its end: how it ended and what it said last. For messages.
  [[nodiscard]] virtual std::string describe_end() = 0;

  /// After restore(): the socket on which the handshake of the guest's memory
  /// arrives (Firecracker's: one message, a JSON array of regions with the
  /// userfaultfd attached). Called once. @return connected, or listening. Where the
  /// backing is a private mapping there is nothing to hand over: empty, unless the
  /// VMM reports its regions all the same, without a descriptor.
  [[nodiscard]] virtual UniqueFd take_handoff() = 0;
  /// After restore(): loads the device state. Guest memory is accessed meanwhile.
  virtual void load(Deadline deadline) = 0;
  /// Lets the processors run, after restore() and load(), or after pause().
  virtual void resume(Deadline deadline) = 0;
  /// A byte stream to the agent. Called once, when the VM runs; after boot() the
  /// guest may still be starting, and is waited for where that is needed.
  [[nodiscard]] virtual UniqueFd connect_agent(Deadline deadline) = 0;

  virtual void pause(Deadline deadline) = 0;
  /// After pause(): the VMM's name and version, as it tells them: "QEMU 7.2.22".
  [[nodiscard]] virtual std::string vmm_version() const = 0;
  /// After pause(): writes the device state to `state`, and sees that the memory
  /// file named in the BootRequest is complete. The VM cannot go on afterwards.
  virtual void save(const std::filesystem::path& state, Deadline deadline) = 0;

  /// Asks the guest to leave itself `bytes` of memory and to give the rest back;
  /// returns when it has, or has given what it can.
  virtual void set_memory_target(std::uint64_t bytes, Deadline deadline) = 0;

  /// Ends the VMM at once and waits until it is gone. Harmless when it is.
  virtual void kill() noexcept = 0;
};

/// One thing that a launcher needs from the host.
struct Requirement {
  std::string name; ///< "qemu-system-x86_64"
  bool met = false;
  std::string detail; ///< version, or what is missing
  std::string remedy; ///< the command that mends it; empty if met
};

/// What is to be done with a launcher.
enum class Purpose {
  boot,   ///< make a snapshot: all is looked at, programs may be asked for their version
  restore ///< run one that was made: what costs no time; fingerprint() vouches for the rest
};

/// Turns a machine description into a running VM. Immutable after construction;
/// safe to use from several threads.
class DHG_API VmLauncher : public Plugin {
 public:
  ~VmLauncher() override;

  /// What the host has and lacks for `purpose`. No VM is started.
  [[nodiscard]] virtual std::vector<Requirement> requirements(Purpose purpose) const = 0;
  /// The accelerator to use for a new snapshot: the one that was asked for, or,
  /// for "auto", the best that works. May start a probe.
  /// @throws Error if the one that was asked for does not work.
  [[nodiscard]] virtual Accelerator choose_accelerator() const = 0;
  /// In a sentence, why choose_accelerator() chooses what it does. For `dhg doctor`.
  [[nodiscard]] virtual std::string describe_acceleration() const = 0;
  /// Everything besides MachineSpec that a snapshot depends on: the VMM's
  /// version, its machine type. A snapshot is restored only where this text is
  /// the same as where it was made.
  [[nodiscard]] virtual std::string fingerprint() const = 0;
  /// Starts the VMM and returns without waiting for the guest.
  [[nodiscard]] virtual std::unique_ptr<Vm> boot(const BootRequest& request) const = 0;
  /// Starts the VMM and returns without waiting for it.
  [[nodiscard]] virtual std::unique_ptr<Vm> restore(const RestoreRequest& request) const = 0;
};

} // namespace dhg
