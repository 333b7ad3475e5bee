#pragma once

#include <linux/userfaultfd.h>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace dhg::os::uffd {

/// What an ioctl that fills memory came to. No policy here.
enum class Status {
  done,    ///< all of it
  partial, ///< `bytes` of it, then something got in the way
  again,   ///< nothing: an event has to be read first
  exists,  ///< nothing: the first page is there already
  gone,    ///< nothing: the process has ended (ESRCH)
  absent,  ///< nothing: it is not all one registered mapping any more (ENOENT)
  failed,  ///< nothing: see `error`
};

struct Result {
  Status status = Status::done;
  std::uint64_t bytes = 0;
  int error = 0;
};

/// UFFDIO_COPY: fills `length` missing bytes at `address` in the other process
/// from `source` in ours, and wakes those who wait for them.
[[nodiscard]] Result copy(int fd, std::uint64_t address, const std::byte* source,
                          std::uint64_t length) noexcept;
/// UFFDIO_ZEROPAGE: the same with zeros.
[[nodiscard]] Result zero(int fd, std::uint64_t address, std::uint64_t length) noexcept;
/// UFFDIO_WAKE: for pages that somebody else has filled.
void wake(int fd, std::uint64_t address, std::uint64_t length) noexcept;

/// Whether missing pages at `address` are this userfaultfd's to fill. Changes nothing.
[[nodiscard]] bool is_registered(int fd, std::uint64_t address) noexcept;

/// Reads what is pending, at most `into.size()` messages.
/// @return how many; 0 if none; -1 with errno on an error.
[[nodiscard]] int read_events(int fd, std::span<uffd_msg> into) noexcept;

/// Whether `fd` is a userfaultfd at all.
[[nodiscard]] bool is_userfaultfd(int fd) noexcept;

/// Whether this process may create one that also serves faults which the kernel
/// takes on its behalf. @return empty, or why not and what to do.
[[nodiscard]] std::string why_not_permitted();

} // namespace dhg::os::uffd
