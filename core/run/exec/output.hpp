#pragma once

#include "guest_link/conversation.hpp"

#include <string>

namespace dhg::run {

/// A sink that the run's event loop also drives: bytes wait here until the
/// descriptor takes them, so that a slow reader holds up the guest, not dhg.
class PumpedSink : public guest_link::OutputSink {
 public:
  /// Whether there is something to write to descriptor 1 or 2.
  [[nodiscard]] virtual bool pending(int fd) const noexcept = 0;
  /// So much is waiting that the guest should be held up.
  [[nodiscard]] virtual bool full() const noexcept = 0;
  /// Descriptor `fd` can take bytes: writes some.
  /// @return false if its reader is gone; @throws Error if it cannot be written
  [[nodiscard]] virtual bool pump(int fd) = 0;
};

/// Passes output on to the process's own stdout and stderr.
class StreamSink final : public PumpedSink {
 public:
  void out(std::span<const std::byte> bytes) override;
  void err(std::span<const std::byte> bytes) override { append(err_, bytes); }
  [[nodiscard]] bool pending(int fd) const noexcept override;
  [[nodiscard]] bool full() const noexcept override;
  [[nodiscard]] bool pump(int fd) override;
  /// Whether stdout so far is whole lines.
  [[nodiscard]] bool out_is_at_line_start() const noexcept { return last_out_ == std::byte{'\n'}; }

 private:
  struct Queue {
    std::string bytes;
    std::size_t written = 0;
  };
  static void append(Queue& queue, std::span<const std::byte> bytes);
  [[nodiscard]] Queue& queue(int fd) noexcept;

  Queue out_;
  Queue err_;
  std::byte last_out_{'\n'};
};

/// Keeps output, for --json and for warm-up runs.
class CaptureSink final : public PumpedSink {
 public:
  void out(std::span<const std::byte> bytes) override;
  void err(std::span<const std::byte> bytes) override;
  [[nodiscard]] bool pending(int /*fd*/) const noexcept override { return false; }
  [[nodiscard]] bool full() const noexcept override { return false; }
  [[nodiscard]] bool pump(int /*fd*/) override { return true; }

  [[nodiscard]] const std::string& out_text() const noexcept { return out_; }
  [[nodiscard]] const std::string& err_text() const noexcept { return err_; }

 private:
  std::string out_;
  std::string err_;
};

} // namespace dhg::run
