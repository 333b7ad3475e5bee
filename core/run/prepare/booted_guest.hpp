#pragma once

#include "dhg/vm_launcher.hpp"
#include "guest_link/conversation.hpp"
#include "os/signals.hpp"
#include "run/exec/output.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace dhg::run {

/// Passes what a guest prints on, line by line, and keeps what it says on stderr.
class LineSink final : public PumpedSink {
 public:
  explicit LineSink(std::function<void(std::string_view)> line) : line_(std::move(line)) {}
  void out(std::span<const std::byte> bytes) override;
  void err(std::span<const std::byte> bytes) override { errors_.err(bytes); }
  [[nodiscard]] bool pending(int /*fd*/) const noexcept override { return false; }
  [[nodiscard]] bool full() const noexcept override { return false; }
  [[nodiscard]] bool pump(int /*fd*/) override { return true; }
  [[nodiscard]] const std::string& errors() const noexcept { return errors_.err_text(); }

 private:
  std::function<void(std::string_view)> line_;
  std::string begun_; // a line without its end
  CaptureSink errors_;
};

/// A guest that was booted, not restored, and the conversation with its agent.
class BootedGuest {
 public:
  /// Boots it and connects to its agent, which on some launchers must come up for that.
  /// `progress` hears, line by line, what the guest prints while it is set up, and that
  /// a wait goes on. All are borrowed. @throws Error; Interrupted
  BootedGuest(const VmLauncher& launcher, const BootRequest& request, os::SignalFd& signals,
              std::function<void(std::string_view)> progress);

  /// Whether what the guest prints is passed on. At first it is not.
  void listen(bool on) noexcept { listening_ = on; }
  /// Sends a request and waits for the end of the answer. @param what for messages
  /// @return milliseconds
  /// @throws Error if it is not done within `limit`, or the guest ends; Interrupted
  double ask(const std::string& request, std::chrono::seconds limit, const char* what);

  /// Waits inside `call`, a call of the VM, and hears the user meanwhile.
  /// @throws Error; Interrupted, and then the VM is gone
  void wait_in(const std::function<void(Vm&)>& call);

  [[nodiscard]] guest_link::Conversation& conversation() noexcept { return conversation_; }
  [[nodiscard]] Vm& vm() noexcept { return *vm_; }

 private:
  os::SignalFd& signals_;
  std::function<void(std::string_view)> progress_;
  LineSink sink_;
  guest_link::Conversation conversation_;
  bool listening_ = false;
  bool asked_ = false;
  std::unique_ptr<Vm> vm_;
  UniqueFd agent_;
};

} // namespace dhg::run
