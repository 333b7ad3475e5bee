// @NAME@: how a virtual machine is started. This one leaves the machine to the
// launcher `qemu` and adds a rule of its own: it starts none when the host would have
// too little memory left. One that drives a VMM itself implements dhg::Vm as well.

#include "dhg/error.hpp"
#include "dhg/host.hpp"
#include "dhg/vm_launcher.hpp"

#include <unistd.h>
#include <array>

namespace {

constexpr std::array kOptions{dhg_option{"keep_free", DHG_OPTION_SIZE, "64MiB", "0", nullptr,
                                         nullptr, "memory of the host that stays unused"}};

class @CLASS@ final : public dhg::VmLauncher {
 public:
  explicit @CLASS@(const dhg::Options& options)
      : qemu_(dhg::create_plugin<dhg::VmLauncher>("qemu")), keep_free_(options.size("keep_free")) {}

  // Named by `dhg doctor`, and checked before anything is started.
  [[nodiscard]] std::vector<dhg::Requirement> requirements(dhg::Purpose purpose) const override {
    auto all = qemu_->requirements(purpose);
    const auto pages = static_cast<std::uint64_t>(sysconf(_SC_AVPHYS_PAGES));
    const bool met = pages * dhg::kPageSize >= keep_free_;
    all.push_back({"free memory", met, std::to_string(pages * dhg::kPageSize) + " bytes",
                   met ? "" : "end other programs, or set launcher.options.keep_free lower"});
    return all;
  }

  [[nodiscard]] dhg::Accelerator choose_accelerator() const override {
    return qemu_->choose_accelerator();
  }
  [[nodiscard]] std::string describe_acceleration() const override {
    return qemu_->describe_acceleration();
  }
  // A snapshot is restored only where this text is what it was when it was made.
  [[nodiscard]] std::string fingerprint() const override { return qemu_->fingerprint(); }

  [[nodiscard]] std::unique_ptr<dhg::Vm> boot(const dhg::BootRequest& request) const override {
    return qemu_->boot(request);
  }
  [[nodiscard]] std::unique_ptr<dhg::Vm> restore(const dhg::RestoreRequest& request) const override {
    return qemu_->restore(request);
  }

 private:
  std::unique_ptr<dhg::VmLauncher> qemu_;
  std::uint64_t keep_free_;
};

} // namespace

DHG_PLUGIN(DHG_VM_LAUNCHER, @CLASS@, "@NAME@", "0.1",
           "QEMU's microvm machine, where the host keeps some memory free", kOptions)
