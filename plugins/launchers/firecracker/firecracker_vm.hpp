#pragma once

#include "api.hpp"
#include "bounded_console.hpp"
#include "run_folder.hpp"

#include "dhg/process.hpp"
#include "dhg/vm_launcher.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dhg_firecracker {

/// Firecracker, started, and what dhg keeps of it.
struct Started {
  std::unique_ptr<BoundedConsole> console; ///< of a restored guest; goes after the process
  std::unique_ptr<RunFolder> folder;       ///< goes after the process
  dhg::UniqueFd errors;                    ///< a memfd with Firecracker's stderr
  std::unique_ptr<dhg::ChildProcess> process;
};

class FirecrackerVm final : public dhg::Vm {
 public:
  explicit FirecrackerVm(Started started) : started_(std::move(started)) {}

  /// The first call will describe the machine to Firecracker, and let it run: that waits,
  /// and its caller can end it.
  void prepare_boot(const dhg::BootRequest& request);
  /// load() will send `load`. @param handoff listens in the folder; only with userfaultfd
  void prepare_load(Request load, dhg::UniqueFd handoff);

  [[nodiscard]] int process_fd() const noexcept override { return started_.process->process_fd(); }
  [[nodiscard]] std::string describe_end() override;
  [[nodiscard]] dhg::UniqueFd take_handoff() override { return std::move(handoff_); }
  void load(dhg::Deadline deadline) override;
  void resume(dhg::Deadline deadline) override;
  [[nodiscard]] dhg::UniqueFd connect_agent(dhg::Deadline deadline) override;
  void pause(dhg::Deadline deadline) override;
  [[nodiscard]] std::string vmm_version() const override { return "Firecracker " + version_; }
  void save(const std::filesystem::path& state, dhg::Deadline deadline) override;
  void set_memory_target(std::uint64_t bytes, dhg::Deadline deadline) override;
  void kill() noexcept override { started_.process->kill(); }

 private:
  /// Lets the machine boot if that has still to be done.
  void begin(dhg::Deadline deadline);
  nlohmann::json call(const Request& request, dhg::Deadline deadline);
  /// Connects to the API if that was not done yet.
  nlohmann::json say(const Request& request, dhg::Deadline deadline);
  /// Does `action`. @throws Error with Firecracker's last words if a boot ends in it
  template <class Action>
  auto explain_end(Action action);

  Started started_;
  std::unique_ptr<Api> api_;

  std::optional<Request> load_; // of a machine that is restored
  dhg::UniqueFd handoff_;

  std::vector<Request> boot_; // not yet said
  bool booted_ = false;
  std::filesystem::path memory_; // of a machine that was booted
  std::uint64_t memory_bytes_ = 0;
  std::string version_;
};

} // namespace dhg_firecracker
