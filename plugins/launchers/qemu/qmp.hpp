#pragma once

#include "dhg/deadline.hpp"
#include "dhg/unique_fd.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace dhg_qemu {

/// QEMU's control connection. Commands may be sent ahead of their answers, even
/// before QEMU has started to read; it carries them out in order. Used from one
/// thread.
class Qmp {
 public:
  /// @param vmm pidfd of QEMU, borrowed: waits end when it does
  Qmp(dhg::UniqueFd socket, int vmm);

  /// Sends a command and does not wait. `descriptor` goes along with it, if given.
  void send(const std::string& command, const nlohmann::json& arguments, int descriptor = -1);
  /// Waits until all that was sent is answered.
  /// @throws dhg::Error with QEMU's own words if a command failed, if QEMU ended,
  ///   or at the deadline
  void settle(dhg::Deadline deadline);
  /// Waits for an event of one of these names (RESUME, STOP, MIGRATION, ...), from
  /// the point on where the last call stopped reading. @return its data
  [[nodiscard]] nlohmann::json await_event(const std::string& name, dhg::Deadline deadline);
  /// The same, where the event may fail to come: nothing at the deadline.
  [[nodiscard]] std::optional<nlohmann::json> poll_event(const std::string& name,
                                                         dhg::Deadline deadline);

  /// "7.2.22", once QEMU has greeted, which it does before its first answer.
  [[nodiscard]] const std::string& version() const noexcept { return version_; }

 private:
  /// @return nothing at the deadline
  [[nodiscard]] std::optional<nlohmann::json> read_message(dhg::Deadline deadline);
  [[noreturn]] void refuse_to_wait() const;
  void handle(const nlohmann::json& message);

  dhg::UniqueFd socket_;
  int vmm_;
  std::string buffer_;
  std::string version_;
  std::vector<std::string> unanswered_; // commands, in order
  std::vector<nlohmann::json> events_;  // arrived, not yet asked for
};

} // namespace dhg_qemu
