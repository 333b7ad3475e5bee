#pragma once

#include "dhg/memory.hpp"
#include "dhg/page_server.hpp"
#include "dhg/process.hpp"
#include "fake_vmm_protocol.hpp"
#include "os/mapped_file.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

namespace dhg::fakes {

/// A running fake VMM, seen from the test. Every call is bounded in time.
class FakeVm {
 public:
  /// @param present pages that are there, written, before the memory is handed over
  FakeVm(const std::filesystem::path& memory, MemoryBacking backing,
         const std::vector<ByteRange>& regions, const std::vector<ByteRange>& present = {});

  [[nodiscard]] UniqueFd take_handoff() { return std::move(handoff_); }
  [[nodiscard]] int process_fd() const { return process_->process_fd(); }
  [[nodiscard]] ChildProcess& process() { return *process_; }
  void kill() { process_->kill(); }

  /// Sends a command and does not wait.
  void send(const Command& command) const;
  /// The answer to the last command; nothing if the fake VMM ended, or is not
  /// done in time, beyond the `milliseconds` that it was given.
  [[nodiscard]] std::optional<Reply> reply(std::chrono::milliseconds given = {}) const;
  [[nodiscard]] std::optional<Reply> run(const Command& command) const;

  /// What the last read of the page at `offset` saw: kPageSize bytes.
  [[nodiscard]] const std::byte* seen(std::uint64_t offset) const {
    return report_->data() + offset;
  }

 private:
  UniqueFd handoff_;
  UniqueFd control_;
  std::unique_ptr<os::MappedFile> report_;
  std::unique_ptr<ChildProcess> process_;
};

} // namespace dhg::fakes
