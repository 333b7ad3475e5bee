#pragma once

#include "dhg/memory.hpp"
#include "dhg/unique_fd.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace dhg::bench {

/// An access of a recorded run.
struct Access {
  std::uint64_t offset = 0;
  bool write = false;
};

/// Reads what `page_server.record` wrote. @throws Error
[[nodiscard]] std::vector<Access> read_recording(const std::string& path);

/// Memory of a guest that has no guest: missing pages are asked for on a userfaultfd.
class GuestMemoryStandIn {
 public:
  explicit GuestMemoryStandIn(std::uint64_t bytes);
  ~GuestMemoryStandIn();
  GuestMemoryStandIn(const GuestMemoryStandIn&) = delete;
  GuestMemoryStandIn& operator=(const GuestMemoryStandIn&) = delete;

  /// Sends Firecracker's handshake.
  void hand_over(int socket) const;
  /// Touches the pages in turn. @return nanoseconds of each
  [[nodiscard]] std::vector<double> touch(const std::vector<Access>& accesses) const;
  [[nodiscard]] int userfaultfd() const noexcept { return userfaultfd_.get(); }
  [[nodiscard]] std::uint64_t address() const noexcept {
    return reinterpret_cast<std::uint64_t>(memory_);
  }

 private:
  std::uint64_t bytes_;
  char* memory_ = nullptr;
  UniqueFd userfaultfd_;
};

} // namespace dhg::bench
