#include "dhg/host.hpp"
#include "dhg/vm_launcher.hpp"

#include "deed.hpp"

namespace {

using namespace dhg;

class MisbehavingVm final : public Vm {
 public:
  explicit MisbehavingVm(std::unique_ptr<Vm> vm) : vm_(std::move(vm)) {}

  [[nodiscard]] int process_fd() const noexcept override {
    misbehave("process_fd");
    return returns_nonsense("process_fd") ? -1 : vm_->process_fd();
  }
  [[nodiscard]] std::string describe_end() override { return vm_->describe_end(); }
  [[nodiscard]] UniqueFd take_handoff() override {
    misbehave("take_handoff");
    return vm_->take_handoff();
  }
  void load(Deadline deadline) override {
    misbehave("load");
    vm_->load(deadline);
  }
  void resume(Deadline deadline) override { vm_->resume(deadline); }
  [[nodiscard]] UniqueFd connect_agent(Deadline deadline) override {
    misbehave("connect_agent");
    return returns_nonsense("connect_agent") ? UniqueFd() : vm_->connect_agent(deadline);
  }
  void pause(Deadline deadline) override { vm_->pause(deadline); }
  [[nodiscard]] std::string vmm_version() const override { return vm_->vmm_version(); }
  void save(const std::filesystem::path& state, Deadline deadline) override {
    vm_->save(state, deadline);
  }
  void set_memory_target(std::uint64_t bytes, Deadline deadline) override {
    vm_->set_memory_target(bytes, deadline);
  }
  void kill() noexcept override {
    misbehave("kill");
    vm_->kill();
  }

 private:
  std::unique_ptr<Vm> vm_;
};

// Called as the launcher that it wraps, so that its snapshots fit.
class Misbehaving final : public VmLauncher {
 public:
  explicit Misbehaving(const Options& /*options*/) : inner_(create_plugin<VmLauncher>("qemu")) {
    misbehave("constructor");
  }
  [[nodiscard]] std::vector<Requirement> requirements(Purpose purpose) const override {
    misbehave("requirements");
    return inner_->requirements(purpose);
  }
  [[nodiscard]] Accelerator choose_accelerator() const override {
    return inner_->choose_accelerator();
  }
  [[nodiscard]] std::string describe_acceleration() const override {
    return inner_->describe_acceleration();
  }
  [[nodiscard]] std::string fingerprint() const override {
    misbehave("fingerprint");
    return returns_nonsense("fingerprint") ? "\xff" : inner_->fingerprint();
  }
  [[nodiscard]] std::unique_ptr<Vm> boot(const BootRequest& request) const override {
    return inner_->boot(request);
  }
  [[nodiscard]] std::unique_ptr<Vm> restore(const RestoreRequest& request) const override {
    misbehave("restore");
    if (returns_nonsense("restore")) return nullptr;
    return std::make_unique<MisbehavingVm>(inner_->restore(request));
  }

 private:
  std::unique_ptr<VmLauncher> inner_;
};

} // namespace

DHG_PLUGIN(DHG_VM_LAUNCHER, Misbehaving, "qemu", "1", "Does what DEED says", dhg::kNoOptions)
