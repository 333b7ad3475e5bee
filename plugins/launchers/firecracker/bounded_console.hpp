#pragma once

#include "dhg/unique_fd.hpp"

namespace dhg_firecracker {

/// The console of a restored guest, which runs what users wrote: what is beyond 128 KiB
/// is dropped.
///
/// Not by a limit of the process (RLIMIT_FSIZE), as with QEMU: Firecracker 1.16.1 logs
/// that signal into the same stream, and hangs.
class BoundedConsole {
 public:
  /// @param console gets what was written, at the end of this; it is duplicated
  /// @throws dhg::Error
  explicit BoundedConsole(int console);
  /// To be called when nobody writes any more.
  ~BoundedConsole();
  BoundedConsole(const BoundedConsole&) = delete;
  BoundedConsole& operator=(const BoundedConsole&) = delete;

  /// For the VMM's stdout.
  [[nodiscard]] int fd() const noexcept { return memory_.get(); }

 private:
  dhg::UniqueFd console_;
  dhg::UniqueFd memory_;
};

} // namespace dhg_firecracker
