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

/// The properties of a virtual machine that every launcher must support. It does not grow within
/// a major version of the ABI, because the requests below contain it.
struct MachineSpec {
  std::uint64_t memory_bytes = 0; ///< a multiple of architecture::kMemoryGranularity
  unsigned vcpus = 1;             ///< 1..32
  Accelerator accelerator = Accelerator::tcg;
};

/// A boot, for `dhg vm prepare`. Descriptors are borrowed for the duration of the call; the
/// files exist until the VMM has ended.
///
/// Only dhg makes requests. Later versions may add members at the end, which a launcher that
/// was built earlier does not see. A launcher that wraps another passes on the request that it
/// was given, not a copy (docs/abi.md).
struct BootRequest {
  MachineSpec machine;
  std::filesystem::path kernel;     ///< on x86-64 a bzImage
  std::filesystem::path kernel_elf; ///< the same kernel, uncompressed
  std::filesystem::path initrd;
  std::filesystem::path rootfs; ///< attached read-only
  /// The file that must contain the complete guest memory, and nothing else, when save()
  /// returns. It already exists, as a file of machine.memory_bytes that is one hole. A
  /// launcher may map it shared from the start, or write it in save().
  std::filesystem::path memory;
  int console = -1; ///< open descriptor that receives the output of the serial console
};

/// A restore from a snapshot, for `dhg exec`. As BootRequest, except that the files may be gone
/// once resume() has returned: a VMM that needs one later holds it open.
struct RestoreRequest {
  MachineSpec machine;
  std::filesystem::path rootfs; ///< attached read-only
  std::filesystem::path state;  ///< the device state that save() wrote
  std::filesystem::path memory; ///< the memory file; never write to it
  int memory_fd = -1;           ///< `memory`, opened read-only
  MemoryBacking backing = MemoryBacking::userfaultfd;
  int console = -1; ///< open descriptor that receives the output of the serial console
};

/// A virtual machine and the VMM process that runs it. Not thread-safe: calls come one at a
/// time. The destructor kills the VMM and waits until it has ended; the VMM also dies with
/// this process. Each call throws Error if the VMM refuses, dies, or does not finish by the
/// deadline.
class DHG_API Vm {
 public:
  Vm() = default;
  Vm(const Vm&) = delete;
  Vm& operator=(const Vm&) = delete;
  virtual ~Vm();

  /// A pidfd of the VMM, readable once the VMM has ended. The Vm keeps ownership.
  [[nodiscard]] virtual int process_fd() const noexcept = 0;
  /// How the VMM ended and what it wrote last, for messages. Call it once the VMM has ended,
  /// or is about to: it may wait for the end for about a second.
  [[nodiscard]] virtual std::string describe_end() = 0;

  /// After restore(): the socket on which the guest-memory handshake arrives. It is
  /// Firecracker's: one message, a JSON array of regions with the userfaultfd attached;
  /// docs/launchers.md specifies it. Called once. @return a connected or a listening
  /// socket. A private mapping needs no handshake: return an empty descriptor, unless the
  /// VMM reports its regions anyway, without a userfaultfd.
  [[nodiscard]] virtual UniqueFd take_handoff() = 0;
  /// After restore(): loads the device state. This accesses guest memory.
  virtual void load(Deadline deadline) = 0;
  /// Starts the vCPUs, after restore() and load(), or after pause().
  virtual void resume(Deadline deadline) = 0;
  /// Opens a byte stream to the agent. Called once, while the VM runs. After boot() the
  /// guest may still be starting; wait for it if the transport requires that.
  [[nodiscard]] virtual UniqueFd connect_agent(Deadline deadline) = 0;

  /// Stops the vCPUs.
  virtual void pause(Deadline deadline) = 0;
  /// After pause(): the name and version that the VMM reports: "QEMU 7.2.22".
  [[nodiscard]] virtual std::string vmm_version() const = 0;
  /// After pause(): writes the device state to `state`, and completes the memory file that
  /// the BootRequest names. The VM cannot continue afterwards.
  virtual void save(const std::filesystem::path& state, Deadline deadline) = 0;

  /// Inflates the balloon until the guest keeps `bytes`. Returns when the target is reached
  /// or the guest stops making progress.
  virtual void set_memory_target(std::uint64_t bytes, Deadline deadline) = 0;

  /// Kills the VMM and waits until it has ended. No effect if it already has.
  virtual void kill() noexcept = 0;
};

/// Something that a launcher needs from the host.
struct Requirement {
  std::string name; ///< "qemu-system-x86_64"
  bool met = false;
  std::string detail; ///< the version found, or what is missing
  std::string remedy; ///< the command that fixes it; empty if met
};

/// What a launcher is needed for.
enum class Purpose {
  boot,   ///< making a snapshot: a full check, which may run programs
  restore ///< restoring one: only quick checks; fingerprint() covers the rest
};

/// Turns a machine description into a running VM. Immutable after construction, and
/// thread-safe.
class DHG_API VmLauncher : public Plugin {
 public:
  ~VmLauncher() override;

  /// Checks what the host has and lacks for `purpose`. Starts no VM.
  [[nodiscard]] virtual std::vector<Requirement> requirements(Purpose purpose) const = 0;
  /// The accelerator to use for a new snapshot: the requested one or, for "auto", the best
  /// one that works. May run a probe.
  /// @throws Error if the requested accelerator does not work
  [[nodiscard]] virtual Accelerator choose_accelerator() const = 0;
  /// One sentence that explains the choice of choose_accelerator(), for `dhg doctor`.
  [[nodiscard]] virtual std::string describe_acceleration() const = 0;
  /// Everything that a snapshot depends on besides the MachineSpec, such as the VMM's version
  /// and machine type. dhg restores a snapshot only if this text is the same as when the
  /// snapshot was made.
  [[nodiscard]] virtual std::string fingerprint() const = 0;
  /// Starts the VMM and returns without waiting for the guest.
  [[nodiscard]] virtual std::unique_ptr<Vm> boot(const BootRequest& request) const = 0;
  /// Starts the VMM and returns without waiting for it.
  [[nodiscard]] virtual std::unique_ptr<Vm> restore(const RestoreRequest& request) const = 0;
};

} // namespace dhg
