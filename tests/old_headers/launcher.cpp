// Starts nothing: says what it was asked, or passes that on to another launcher. Compiled
// twice, with the present headers and with older ones.

#include "dhg/error.hpp"
#include "dhg/host.hpp"
#include "dhg/vm_launcher.hpp"

#include <array>
#include <string>

namespace {

constexpr std::array kOptions{dhg_option{"next", DHG_OPTION_STRING, "", nullptr, nullptr, nullptr,
                                         "the launcher that requests are passed on to"}};

template <class Request>
std::string console_of(const Request& request) {
  if constexpr (requires { request.console; }) {
    return std::to_string(request.console);
  } else {
    return "not known";
  }
}

[[noreturn]] void say(const std::string& text) { throw dhg::Error(dhg::Blame::environment, text); }

std::string text_of(const dhg::MachineSpec& machine) {
  return std::to_string(machine.memory_bytes) + " bytes, " + std::to_string(machine.vcpus) +
         " vcpus, " + dhg::to_string(machine.accelerator);
}

class Launcher final : public dhg::VmLauncher {
 public:
  explicit Launcher(const dhg::Options& options) : next_(options.text("next")) {}

  [[nodiscard]] std::vector<dhg::Requirement> requirements(dhg::Purpose) const override {
    return {{"nothing", true, "is needed", ""}};
  }
  [[nodiscard]] dhg::Accelerator choose_accelerator() const override {
    return dhg::Accelerator::tcg;
  }
  [[nodiscard]] std::string describe_acceleration() const override { return "none"; }
  // How large this library takes the requests to be.
  [[nodiscard]] std::string fingerprint() const override {
    return std::to_string(sizeof(dhg::BootRequest)) + " " +
           std::to_string(sizeof(dhg::RestoreRequest));
  }

  [[nodiscard]] std::unique_ptr<dhg::Vm> boot(const dhg::BootRequest& request) const override {
    if (!next_.empty()) return dhg::create_plugin<dhg::VmLauncher>(next_)->boot(request);
    say(text_of(request.machine) + "; " + request.kernel.string() + ' ' +
        request.kernel_elf.string() + ' ' + request.initrd.string() + ' ' +
        request.rootfs.string() + ' ' + request.memory.string() + "; console " +
        console_of(request));
  }
  [[nodiscard]] std::unique_ptr<dhg::Vm> restore(
      const dhg::RestoreRequest& request) const override {
    if (!next_.empty()) return dhg::create_plugin<dhg::VmLauncher>(next_)->restore(request);
    say(text_of(request.machine) + "; " + request.rootfs.string() + ' ' + request.state.string() +
        ' ' + request.memory.string() + ' ' + std::to_string(request.memory_fd) +
        (request.backing == dhg::MemoryBacking::private_mapping ? " mapped" : " served") +
        "; console " + console_of(request));
  }

 private:
  std::string next_;
};

} // namespace

DHG_PLUGIN(DHG_VM_LAUNCHER, Launcher, "old", "1.0", "Says what it was asked", kOptions)
