#include "plugin/supervised.hpp"

#include "dhg/error.hpp"
#include "text/utf8.hpp"

#include <fmt/format.h>
#include <utility>

namespace dhg::plugin {
namespace {

using calls::Supervisor;

// It goes into the manifest.
constexpr std::size_t kMostFingerprint = 64UL * 1024;

std::chrono::milliseconds limit_for(Deadline deadline) {
  return std::chrono::milliseconds(poll_timeout_ms(deadline)) + calls::kDeadlineGrace;
}

// A plugin's object, and how it is called.
template <class Interface>
class Supervised {
 public:
  Supervised(std::unique_ptr<Interface> object, const char* callee, Supervisor& supervisor)
      : object_(std::move(object)), callee_(callee), supervisor_(supervisor) {}
  ~Supervised() {
    const Supervisor::Running running(supervisor_, callee_, "a destructor");
    object_.reset();
  }
  Supervised(const Supervised&) = delete;
  Supervised& operator=(const Supervised&) = delete;

  template <class Function>
  auto ask(const char* function, Function call,
           std::chrono::milliseconds limit = calls::kCallLimit) const {
    return supervisor_.call(
        callee_, function, [&] { return call(*object_); }, limit);
  }
  [[nodiscard]] Supervisor& supervisor() const noexcept { return supervisor_; }
  [[nodiscard]] const char* callee() const noexcept { return callee_; }

 private:
  std::unique_ptr<Interface> object_;
  const char* const callee_;
  Supervisor& supervisor_;
};

class SupervisedVm final : public Vm {
  template <class Function>
  auto by(Deadline deadline, const char* function, Function call) const {
    return vm_.ask(function, call, limit_for(deadline));
  }

 public:
  SupervisedVm(std::unique_ptr<Vm> vm, const char* callee, Supervisor& supervisor)
      : vm_(std::move(vm), callee, supervisor),
        process_fd_(vm_.ask("process_fd", [](Vm& asked) { return asked.process_fd(); })) {
    if (process_fd_ < 0)
      throw Error(Blame::environment, fmt::format("{}: process_fd returned no descriptor", callee));
  }

  [[nodiscard]] int process_fd() const noexcept override { return process_fd_; }
  [[nodiscard]] std::string describe_end() override {
    return vm_.ask("describe_end", [](Vm& vm) { return vm.describe_end(); });
  }
  [[nodiscard]] UniqueFd take_handoff() override {
    return vm_.ask("take_handoff", [](Vm& vm) { return vm.take_handoff(); });
  }
  void load(Deadline deadline) override {
    by(deadline, "load", [&](Vm& vm) { vm.load(deadline); });
  }
  void resume(Deadline deadline) override {
    by(deadline, "resume", [&](Vm& vm) { vm.resume(deadline); });
  }
  [[nodiscard]] UniqueFd connect_agent(Deadline deadline) override {
    auto agent = by(deadline, "connect_agent", [&](Vm& vm) { return vm.connect_agent(deadline); });
    if (!agent)
      throw Error(Blame::environment,
                  fmt::format("{}: connect_agent returned no descriptor", vm_.callee()));
    return agent;
  }
  void pause(Deadline deadline) override {
    by(deadline, "pause", [&](Vm& vm) { vm.pause(deadline); });
  }
  [[nodiscard]] std::string vmm_version() const override {
    return text::printable(vm_.ask("vmm_version", [](Vm& vm) { return vm.vmm_version(); }));
  }
  void save(const std::filesystem::path& state, Deadline deadline) override {
    by(deadline, "save", [&](Vm& vm) { vm.save(state, deadline); });
  }
  void set_memory_target(std::uint64_t bytes, Deadline deadline) override {
    by(deadline, "set_memory_target", [&](Vm& vm) { vm.set_memory_target(bytes, deadline); });
  }
  void kill() noexcept override {
    vm_.ask("kill", [](Vm& vm) { vm.kill(); });
  }

 private:
  const Supervised<Vm> vm_;
  const int process_fd_;
};

class SupervisedLauncher final : public VmLauncher {
 public:
  SupervisedLauncher(std::unique_ptr<VmLauncher> launcher, const char* callee,
                     Supervisor& supervisor)
      : launcher_(std::move(launcher), callee, supervisor) {}

  [[nodiscard]] std::vector<Requirement> requirements(Purpose purpose) const override {
    return launcher_.ask("requirements",
                         [&](VmLauncher& asked) { return asked.requirements(purpose); });
  }
  [[nodiscard]] Accelerator choose_accelerator() const override {
    const auto chosen = launcher_.ask("choose_accelerator",
                                      [](VmLauncher& asked) { return asked.choose_accelerator(); });
    if (chosen != Accelerator::tcg && chosen != Accelerator::kvm)
      throw Error(Blame::environment,
                  fmt::format("{}: choose_accelerator returned {}, which is none",
                              launcher_.callee(), static_cast<int>(chosen)));
    return chosen;
  }
  [[nodiscard]] std::string describe_acceleration() const override {
    return launcher_.ask("describe_acceleration",
                         [](VmLauncher& asked) { return asked.describe_acceleration(); });
  }
  [[nodiscard]] std::string fingerprint() const override {
    auto text = launcher_.ask("fingerprint", [](VmLauncher& asked) { return asked.fingerprint(); });
    if (text.size() > kMostFingerprint || !text::is_utf8(text))
      throw Error(Blame::environment,
                  fmt::format("{}: fingerprint returned {} bytes that are no text in UTF-8 of at "
                              "most {}",
                              launcher_.callee(), text.size(), kMostFingerprint));
    return text;
  }
  [[nodiscard]] std::unique_ptr<Vm> boot(const BootRequest& request) const override {
    return started("boot", [&](VmLauncher& asked) { return asked.boot(request); });
  }
  [[nodiscard]] std::unique_ptr<Vm> restore(const RestoreRequest& request) const override {
    return started("restore", [&](VmLauncher& asked) { return asked.restore(request); });
  }

 private:
  template <class Function>
  std::unique_ptr<Vm> started(const char* function, Function call) const {
    auto vm = launcher_.ask(function, call);
    if (vm == nullptr)
      throw Error(Blame::environment,
                  fmt::format("{}: {} returned no VM", launcher_.callee(), function));
    return std::make_unique<SupervisedVm>(std::move(vm), launcher_.callee(),
                                          launcher_.supervisor());
  }

  const Supervised<VmLauncher> launcher_;
};

// As the header promises it.
const char* what_is_wrong(const CodeResult& result) {
  if (result.exit_code < 0 || result.exit_code > 255) return "an exit code that is not 0 to 255";
  if ((result.outcome == Outcome::exception) != result.error.has_value())
    return result.error ? "an error, although there was no exception"
                        : "an exception without its error";
  if (result.outcome == Outcome::exception && result.exit_code == 0)
    return "an exception with the exit code 0";
  for (const auto& table : result.tables)
    if (table.row_count && *table.row_count < 0) return "a table with fewer than 0 rows";
  return nullptr;
}

class SupervisedChannel final : public ResultChannel {
 public:
  SupervisedChannel(std::unique_ptr<ResultChannel> channel, const char* callee,
                    Supervisor& supervisor)
      : channel_(std::move(channel), callee, supervisor),
        guest_half_(channel_.ask(
            "guest_half", [](ResultChannel& asked) { return std::string(asked.guest_half()); })) {
    if (!text::is_utf8(guest_half_))
      throw Error(Blame::environment,
                  fmt::format("{}: guest_half returned what is no UTF-8", callee));
  }

  [[nodiscard]] std::string_view guest_half() const noexcept override { return guest_half_; }
  [[nodiscard]] CodeResult decode(std::span<const std::byte> bytes) const override {
    auto result = channel_.ask("decode", [&](ResultChannel& asked) { return asked.decode(bytes); });
    if (const char* wrong = what_is_wrong(result); wrong != nullptr)
      throw Error(Blame::environment,
                  fmt::format("{}: decode returned {}", channel_.callee(), wrong));
    return result;
  }

 private:
  const Supervised<ResultChannel> channel_;
  const std::string guest_half_;
};

} // namespace

std::unique_ptr<VmLauncher> supervised(std::unique_ptr<VmLauncher> launcher, const char* callee,
                                       Supervisor& supervisor) {
  return std::make_unique<SupervisedLauncher>(std::move(launcher), callee, supervisor);
}

std::unique_ptr<ResultChannel> supervised(std::unique_ptr<ResultChannel> channel,
                                          const char* callee, Supervisor& supervisor) {
  return std::make_unique<SupervisedChannel>(std::move(channel), callee, supervisor);
}

} // namespace dhg::plugin
