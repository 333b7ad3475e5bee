#pragma once

#include "qmp.hpp"

#include "dhg/process.hpp"
#include "dhg/vm_launcher.hpp"

#include <filesystem>
#include <string>

namespace dhg_qemu {

/// The two ends that dhg keeps, and the process between them.
struct Started {
  dhg::UniqueFd qmp;
  dhg::UniqueFd agent;
  dhg::UniqueFd errors; ///< a memfd with QEMU's stderr
  // Restore only:
  dhg::UniqueFd handoff;
  dhg::UniqueFd target; ///< what is mapped there; the handoff library seals its seals
  std::filesystem::path library;
  std::unique_ptr<dhg::ChildProcess> process;
};

class QemuVm final : public dhg::Vm {
 public:
  explicit QemuVm(Started started);

  [[nodiscard]] int process_fd() const noexcept override { return process_->process_fd(); }
  [[nodiscard]] std::string describe_end() override;
  [[nodiscard]] dhg::UniqueFd take_handoff() override { return std::move(handoff_); }
  void load(dhg::Deadline deadline) override;
  void resume(dhg::Deadline deadline) override;
  [[nodiscard]] dhg::UniqueFd connect_agent(dhg::Deadline deadline) override;
  void pause(dhg::Deadline deadline) override;
  [[nodiscard]] std::string vmm_version() const override { return "QEMU " + qmp_.version(); }
  void save(const std::filesystem::path& state, dhg::Deadline deadline) override;
  void set_memory_target(std::uint64_t bytes, dhg::Deadline deadline) override;
  void kill() noexcept override { process_->kill(); }

 private:
  [[nodiscard]] bool lacks_library() const;

  std::unique_ptr<dhg::ChildProcess> process_;
  dhg::UniqueFd agent_;
  dhg::UniqueFd handoff_;
  dhg::UniqueFd target_;
  std::filesystem::path library_;
  dhg::UniqueFd errors_;
  Qmp qmp_;
};

} // namespace dhg_qemu
