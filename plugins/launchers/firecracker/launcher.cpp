// The firecracker launcher: AWS's microVM monitor, over its HTTP API.

#include "firecracker_vm.hpp"
#include "kvm/probe.hpp"
#include "version.hpp"

#include "dhg/error.hpp"
#include "dhg/vm_launcher.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <cstdlib>

namespace dhg_firecracker {
namespace {

using dhg::Blame;
using dhg::Error;
using dhg::UniqueFd;
namespace fs = std::filesystem;

constexpr const char* kProgram = "firecracker";
constexpr const char* kVariable = "DHG_FIRECRACKER";
constexpr const char* kOtherLauncher =
    "or use QEMU, which needs no KVM: --set launcher.plugin=qemu";

constexpr std::array kOptions{
    dhg_option{"binary", DHG_OPTION_STRING, "", nullptr, nullptr, nullptr,
               "absolute path of Firecracker; empty: $DHG_FIRECRACKER, else firecracker from PATH"},
    dhg_option{
        "check_kvm", DHG_OPTION_BOOL, "true", nullptr, nullptr, nullptr,
        "check that KVM can run a guest before starting Firecracker; false: skip that check, on "
        "hosts where KVM works but is too slow for it"}};

fs::path find_binary(const std::string& option) {
  if (!option.empty()) return option;
  if (const char* named = std::getenv(kVariable); named != nullptr && *named != '\0') {
    if (*named != '/')
      throw Error(Blame::usage, fmt::format("{}={}: not an absolute path", kVariable, named));
    return named;
  }
  return dhg::find_program(kProgram);
}

UniqueFd open_for_reading(const fs::path& path) {
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) throw dhg::system_error(errno, fmt::format("cannot open '{}'", path.string()));
  return fd;
}

class FirecrackerLauncher final : public dhg::VmLauncher {
 public:
  explicit FirecrackerLauncher(const dhg::Options& options)
      : binary_(find_binary(options.text("binary"))), check_kvm_(options.boolean("check_kvm")) {}

  [[nodiscard]] std::vector<dhg::Requirement> requirements(dhg::Purpose purpose) const override {
    std::vector<dhg::Requirement> result{program(purpose)};
    if (!check_kvm_) return result;
    const auto why = purpose == dhg::Purpose::boot ? dhg_kvm::why_kvm_does_not_work() : no_kvm();
    result.push_back({"KVM", why.empty(), why.empty() ? "works" : why,
                      why.empty() ? "" : fmt::format("use a host with KVM, {}", kOtherLauncher)});
    return result;
  }

  [[nodiscard]] dhg::Accelerator choose_accelerator() const override {
    if (const auto why = check_kvm_ ? dhg_kvm::why_kvm_does_not_work() : ""; !why.empty())
      throw Error(Blame::environment, "KVM does not work here: " + why, kOtherLauncher);
    return dhg::Accelerator::kvm;
  }

  [[nodiscard]] std::string describe_acceleration() const override {
    if (!check_kvm_) return "not looked at: launcher.options.check_kvm is false";
    const auto why = dhg_kvm::why_kvm_does_not_work();
    return why.empty() ? "works: it ran a guest" : why;
  }

  // The version that its file had was looked at when the snapshot was made.
  [[nodiscard]] std::string fingerprint() const override {
    struct stat info {};
    if (stat(require_binary().c_str(), &info) != 0)
      throw dhg::system_error(errno, fmt::format("cannot examine '{}'", binary_.string()));
    return fmt::format("{} firecracker={}:{}.{}", kMachineVersion, info.st_size,
                       info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
  }

  [[nodiscard]] std::unique_ptr<dhg::Vm> boot(const dhg::BootRequest& request) const override {
    auto vm = std::make_unique<FirecrackerVm>(
        start(std::make_unique<RunFolder>(), request.rootfs, request.console));
    vm->prepare_boot(request);
    return vm;
  }

  [[nodiscard]] std::unique_ptr<dhg::Vm> restore(
      const dhg::RestoreRequest& request) const override {
    auto folder = std::make_unique<RunFolder>();
    UniqueFd handoff;
    if (request.backing == dhg::MemoryBacking::userfaultfd) handoff = folder->listen_for_handoff();
    auto load = load_request(request, folder->vsock_socket(), folder->handoff_socket());
    auto console = std::make_unique<BoundedConsole>(request.console);
    auto started = start(std::move(folder), request.rootfs, console->fd());
    started.console = std::move(console);
    auto vm = std::make_unique<FirecrackerVm>(std::move(started));
    vm->prepare_load(std::move(load), std::move(handoff));
    return vm;
  }

 private:
  [[nodiscard]] dhg::Requirement program(dhg::Purpose purpose) const {
    const auto remedy = fmt::format(
        "put Firecracker {} or later in PATH, or its path in {} or launcher.options.binary",
        to_string(kLeastVersion), kVariable);
    if (binary_.empty()) return {kProgram, false, missing(), remedy};
    if (access(binary_.c_str(), X_OK) != 0) return {kProgram, false, missing(), remedy};
    if (purpose == dhg::Purpose::restore) return {kProgram, true, binary_.string(), ""};
    try {
      const auto version = ask_version(binary_);
      const bool enough = version >= kLeastVersion;
      return {kProgram, enough,
              fmt::format("{} is {}{}", binary_.string(), to_string(version),
                          enough ? "" : ", and " + to_string(kLeastVersion) + " is needed"),
              enough ? "" : remedy};
    } catch (const Error& error) {
      return {kProgram, false, error.what(), remedy};
    }
  }

  [[nodiscard]] static std::string no_kvm() {
    if (access("/dev/kvm", R_OK | W_OK) == 0) return {};
    return dhg::system_error(errno, "/dev/kvm cannot be used").what();
  }

  [[nodiscard]] std::string missing() const {
    return binary_.empty() ? fmt::format("{} is not in PATH", kProgram)
                           : fmt::format("'{}' cannot be executed", binary_.string());
  }

  [[nodiscard]] const fs::path& require_binary() const {
    if (binary_.empty())
      throw Error(Blame::environment, missing(), program(dhg::Purpose::restore).remedy);
    return binary_;
  }

  [[nodiscard]] Started start(std::unique_ptr<RunFolder> folder, const fs::path& rootfs,
                              int console) const {
    const auto root = open_for_reading(rootfs);
    Started started;
    started.errors.reset(memfd_create("dhg-firecracker-errors", MFD_CLOEXEC));
    if (!started.errors) throw dhg::system_error(errno, "cannot create a memory file");
    started.process = std::make_unique<dhg::ChildProcess>(
        dhg::ProcessSpec{require_binary().string(),
                         arguments(folder->api_socket()),
                         {},
                         // Its log goes to stdout, between the lines of the serial console.
                         {{console, STDOUT_FILENO},
                          {started.errors.get(), STDERR_FILENO},
                          {root.get(), +kRootfsFd}}});
    started.folder = std::move(folder);
    return started;
  }

  fs::path binary_;
  bool check_kvm_;
};

} // namespace
} // namespace dhg_firecracker

DHG_PLUGIN(DHG_VM_LAUNCHER, dhg_firecracker::FirecrackerLauncher, "firecracker", "1.0",
           "Firecracker 1.16.1 or later, over its API; needs KVM", dhg_firecracker::kOptions)
