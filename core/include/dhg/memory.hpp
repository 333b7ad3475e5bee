#pragma once

#include "dhg/architecture.hpp"
#include "dhg/export.h"

#include <cstdint>
#include <span>

namespace dhg {

/// The guest's page, and the least that can be installed, in bytes.
inline constexpr std::uint64_t kPageSize = architecture::kPageSize;

/// Bytes [offset, offset + length) of the snapshot's memory file. All of the
/// page server interface speaks in these offsets, never in addresses: an offset
/// means the same in every run and in every VMM.
struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;

  [[nodiscard]] constexpr std::uint64_t end() const noexcept { return offset + length; }
  [[nodiscard]] constexpr bool contains(std::uint64_t at) const noexcept {
    return at >= offset && at - offset < length;
  }
  friend constexpr bool operator==(const ByteRange&, const ByteRange&) = default;
};

/// The part that two ranges share; of length 0 if there is none.
[[nodiscard]] constexpr ByteRange intersect(ByteRange a, ByteRange b) noexcept {
  const auto begin = a.offset > b.offset ? a.offset : b.offset;
  const auto end = a.end() < b.end() ? a.end() : b.end();
  return end > begin ? ByteRange{begin, end - begin} : ByteRange{begin, 0};
}

/// The snapshot's memory file: opened and mapped before the VMM starts.
/// Thread-safe.
class DHG_API PageSource {
 public:
  PageSource() = default;
  PageSource(const PageSource&) = delete;
  PageSource& operator=(const PageSource&) = delete;
  virtual ~PageSource();

  /// Size of the file in bytes, a multiple of kPageSize.
  [[nodiscard]] virtual std::uint64_t size() const noexcept = 0;
  /// Where the file has data, sorted, disjoint, page-aligned (SEEK_DATA and
  /// SEEK_HOLE). Everything else reads as zero. Valid as long as the source.
  [[nodiscard]] virtual std::span<const ByteRange> data_extents() const = 0;
  /// Asks the kernel to read `range` ahead (MADV_WILLNEED); does not wait.
  virtual void will_need(ByteRange range) const noexcept = 0;
  /// Reads `range` into this process now and waits for it, so that installing it
  /// later is a mere copy. What cannot be read is found out then. Since ABI 1.1.
  virtual void read_now(ByteRange range) const noexcept = 0;
};

/// The memory of a guest that is being restored, as a page server sees it. The
/// core owns the userfaultfd and keeps the kernel's rules; a page server only
/// says what to install.
class DHG_API GuestMemory {
 public:
  GuestMemory() = default;
  GuestMemory(const GuestMemory&) = delete;
  GuestMemory& operator=(const GuestMemory&) = delete;
  virtual ~GuestMemory();

  /// The stretches of guest memory, by offset in the file: sorted, disjoint,
  /// page-aligned. Most machines have one.
  [[nodiscard]] virtual std::span<const ByteRange> regions() const noexcept = 0;
  [[nodiscard]] virtual const PageSource& source() const noexcept = 0;
  /// Whether the page at `offset` was installed, and not taken away since.
  [[nodiscard]] virtual bool installed(std::uint64_t offset) const noexcept = 0;

  /// Installs what is missing of `range` and wakes those who wait for it: a
  /// copy where the file has data, the zero page where it has none or where the
  /// guest gave the page back. Pages that are there already are left alone, and so are
  /// those that the VMM has mapped something else over: they count as installed.
  /// `range` is page-aligned and lies in one region. Thread-safe.
  ///
  /// @return false if the run cannot go on (the VMM is gone, the file cannot be
  ///   read, the range is wrong); the core knows the reason, so just return.
  [[nodiscard]] virtual bool install(ByteRange range) noexcept = 0;
};

} // namespace dhg
