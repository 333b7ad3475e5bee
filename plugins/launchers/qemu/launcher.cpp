// The qemu launcher: QEMU's microvm machine.

#include "architecture.hpp"
#include "arguments.hpp"
#include "kvm/probe.hpp"
#include "qemu_vm.hpp"

#include "dhg/architecture.hpp"
#include "dhg/error.hpp"
#include "dhg/vm_launcher.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <cstdlib>

namespace dhg_qemu {
namespace {

using dhg::Blame;
using dhg::Error;
using dhg::UniqueFd;
namespace fs = std::filesystem;

constexpr std::array kOptions{
    dhg_option{"accel", DHG_OPTION_ENUM, "auto", nullptr, nullptr, "auto|kvm|tcg",
               "what executes guest code when a snapshot is made, and later in its runs; auto: KVM "
               "if it works, else TCG"},
    dhg_option{"binary", DHG_OPTION_STRING, "", nullptr, nullptr, nullptr,
               "absolute path of QEMU; empty: qemu-system-x86_64 from PATH"}};

fs::path handoff_library() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&handoff_library), &info) == 0 ||
      info.dli_fname == nullptr)
    throw Error(Blame::environment, "cannot find where the qemu launcher was loaded from");
  return fs::path(info.dli_fname).parent_path() / "libdhg_handoff.so";
}

std::pair<UniqueFd, UniqueFd> socket_pair() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    throw dhg::system_error(errno, "cannot create a socket pair");
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

UniqueFd memory_file(const char* name, unsigned flags = 0) {
  UniqueFd fd(memfd_create(name, MFD_CLOEXEC | flags));
  if (!fd) throw dhg::system_error(errno, "cannot create a memory file");
  return fd;
}

class QemuLauncher final : public dhg::VmLauncher {
 public:
  explicit QemuLauncher(const dhg::Options& options)
      : accel_(options.text("accel")),
        binary_(options.text("binary").empty() ? dhg::find_program(kProgram)
                                               : fs::path(options.text("binary"))) {}

  [[nodiscard]] std::vector<dhg::Requirement> requirements(
      dhg::Purpose /*purpose*/) const override {
    std::vector<dhg::Requirement> result;
    const bool found = !binary_.empty() && access(binary_.c_str(), X_OK) == 0;
    result.push_back(
        {kProgram, found, found ? binary_.string() : missing(), found ? "" : kInstall});
    const auto library = handoff_library();
    const bool there = access(library.c_str(), R_OK) == 0;
    result.push_back({"handoff library", there, library.string(),
                      there ? "" : "install dhg again: cmake --install build/release"});
    return result;
  }

  [[nodiscard]] dhg::Accelerator choose_accelerator() const override {
    if (accel_ == "tcg") return dhg::Accelerator::tcg;
    const auto why = dhg_kvm::why_kvm_does_not_work();
    if (why.empty()) return dhg::Accelerator::kvm;
    if (accel_ == "auto") return dhg::Accelerator::tcg;
    throw Error(Blame::environment, "KVM does not work here: " + why,
                "use launcher.options.accel=tcg, or auto");
  }

  [[nodiscard]] std::string describe_acceleration() const override {
    if (accel_ == "tcg") return "not used: launcher.options.accel is tcg";
    const auto why = dhg_kvm::why_kvm_does_not_work();
    return why.empty() ? "works: it ran a guest" : fmt::format("{}; TCG is used", why);
  }

  // Not the version's text, for which QEMU would have to be started: the file.
  [[nodiscard]] std::string fingerprint() const override {
    struct stat info {};
    if (stat(require_binary().c_str(), &info) != 0)
      throw dhg::system_error(errno, fmt::format("cannot examine '{}'", binary_.string()));
    return fmt::format("{} qemu={}:{}.{}", kMachineVersion, info.st_size, info.st_mtim.tv_sec,
                       info.st_mtim.tv_nsec);
  }

  [[nodiscard]] std::unique_ptr<dhg::Vm> boot(const dhg::BootRequest& request) const override {
    return start({require_binary().string(),
                  boot_arguments(request, dhg::architecture::counter_khz()),
                  {},
                  {}},
                 request.console, {});
  }

  [[nodiscard]] std::unique_ptr<dhg::Vm> restore(
      const dhg::RestoreRequest& request) const override {
    // QEMU never holds the snapshot's memory open for writing. What it is told to map is
    // /dev/null, which cannot be mapped: without the handoff library it ends at once. That
    // puts this empty file there, and replaces even the mapping of it.
    auto target = memory_file("dhg-guest-memory", MFD_ALLOW_SEALING);
    if (ftruncate(target.get(), static_cast<off_t>(request.machine.memory_bytes)) != 0)
      throw dhg::system_error(errno, "cannot size the guest's memory");
    const UniqueFd nothing(open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!nothing) throw dhg::system_error(errno, "cannot open '/dev/null'");
    const auto library_path = handoff_library();
    const UniqueFd library(open(library_path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!library)
      throw dhg::system_error(errno, fmt::format("cannot open '{}'", library_path.string()));
    const UniqueFd state(open(request.state.c_str(), O_RDONLY | O_CLOEXEC));
    if (!state)
      throw dhg::system_error(errno, fmt::format("cannot open '{}'", request.state.string()));
    auto [handoff, handoff_child] = socket_pair();

    std::vector<std::pair<int, int>> descriptors{{nothing.get(), kMemoryTargetFd},
                                                 {target.get(), kEmptyMemoryFd},
                                                 {state.get(), kStateFd},
                                                 {handoff_child.get(), kHandoffFd},
                                                 {library.get(), kLibraryFd}};
    if (request.backing == dhg::MemoryBacking::private_mapping)
      descriptors.emplace_back(request.memory_fd, kSnapshotFd);
    Started started;
    started.handoff = std::move(handoff);
    started.target = std::move(target);
    started.library = library_path;
    return start({require_binary().string(), restore_arguments(request),
                  handoff_environment(request.backing), descriptors},
                 request.console, std::move(started));
  }

 private:
  [[nodiscard]] std::string missing() const {
    return binary_.empty() ? fmt::format("{} is not in PATH", kProgram)
                           : fmt::format("'{}' cannot be executed", binary_.string());
  }

  [[nodiscard]] const fs::path& require_binary() const {
    if (binary_.empty()) throw Error(Blame::environment, missing(), kInstall);
    return binary_;
  }

  // All that a restored QEMU writes into is the console's file and its own messages,
  // and its guest runs what users wrote. What passes the limit is dropped.
  static void limit_console(int pid) {
    constexpr rlimit kMost{128 * 1024, 128 * 1024};
    if (prlimit(pid, RLIMIT_FSIZE, &kMost, nullptr) == 0 || errno == ESRCH) return;
    if (errno == EPERM)
      throw Error(Blame::environment,
                  "QEMU runs as another user than dhg: its program is set-user-ID, and so the "
                  "handoff library was not preloaded into it",
                  "name another with launcher.options.binary");
    throw dhg::system_error(errno, "cannot limit what QEMU may write");
  }

  [[nodiscard]] static std::unique_ptr<dhg::Vm> start(dhg::ProcessSpec spec, int console,
                                                      Started started) {
    auto [qmp, qmp_child] = socket_pair();
    auto [agent, agent_child] = socket_pair();
    started.qmp = std::move(qmp);
    started.agent = std::move(agent);
    started.errors = memory_file("dhg-qemu-errors");
    for (const auto& descriptor :
         {std::pair{started.errors.get(), STDOUT_FILENO},
          std::pair{started.errors.get(), STDERR_FILENO}, std::pair{qmp_child.get(), +kQmpFd},
          std::pair{agent_child.get(), +kAgentFd}, std::pair{console, +kConsoleFd}})
      spec.descriptors.push_back(descriptor);
    const bool restored = started.handoff.get() >= 0;
    started.process = std::make_unique<dhg::ChildProcess>(spec);
    if (restored) limit_console(started.process->pid());
    return std::make_unique<QemuVm>(std::move(started));
  }

  std::string accel_;
  fs::path binary_;
};

} // namespace
} // namespace dhg_qemu

DHG_PLUGIN(DHG_VM_LAUNCHER, dhg_qemu::QemuLauncher, "qemu", "1.0",
           "QEMU's microvm machine, with KVM where it works and TCG where not", dhg_qemu::kOptions)
