#pragma once

#include "dhg/architecture.hpp"
#include "dhg/export.h"

#include <cstdint>
#include <span>

namespace dhg {

/// Size of a guest page in bytes, and the smallest unit that can be installed.
inline constexpr std::uint64_t kPageSize = architecture::kPageSize;

/// The bytes [offset, offset + length) of the snapshot's memory file. The page server
/// interface uses these offsets everywhere, and never addresses: an offset means the same
/// in every run and in every VMM.
struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;

  [[nodiscard]] constexpr std::uint64_t end() const noexcept { return offset + length; }
  [[nodiscard]] constexpr bool contains(std::uint64_t at) const noexcept {
    return at >= offset && at - offset < length;
  }
  friend constexpr bool operator==(const ByteRange&, const ByteRange&) = default;
};

/// The intersection of two ranges; its length is 0 if they do not overlap.
[[nodiscard]] constexpr ByteRange intersect(ByteRange a, ByteRange b) noexcept {
  const auto begin = a.offset > b.offset ? a.offset : b.offset;
  const auto end = a.end() < b.end() ? a.end() : b.end();
  return end > begin ? ByteRange{begin, end - begin} : ByteRange{begin, 0};
}

/// The snapshot's memory file, which is opened and mapped before the VMM starts.
/// Thread-safe.
class DHG_API PageSource {
 public:
  PageSource() = default;
  PageSource(const PageSource&) = delete;
  PageSource& operator=(const PageSource&) = delete;
  virtual ~PageSource();

  /// Size of the file in bytes, a multiple of kPageSize.
  [[nodiscard]] virtual std::uint64_t size() const noexcept = 0;
  /// The extents in which the file has data (SEEK_DATA and SEEK_HOLE): sorted, disjoint
  /// and page-aligned. Everything else reads as zero. Valid for the lifetime of the source.
  [[nodiscard]] virtual std::span<const ByteRange> data_extents() const = 0;
  /// Asks the kernel to read `range` ahead (MADV_WILLNEED). Does not wait.
  virtual void will_need(ByteRange range) const noexcept = 0;
  /// Reads `range` into this process and waits, so that a later install() does not touch
  /// the disk. Ignores errors; install() reports them. Since ABI 1.1.
  virtual void read_now(ByteRange range) const noexcept = 0;
};

/// The memory of a guest that is being restored, as a page server sees it. The core owns
/// the userfaultfd and follows the kernel's rules; a page server only decides what to
/// install.
///
/// It lives from PageServer::attach() until the page server's destructor has returned, and so
/// does source(). A page server may therefore use it from threads of its own, which it joins in
/// its destructor at the latest. Such a thread learns that the guest has ended when install()
/// returns false: from then on nothing is installed.
class DHG_API GuestMemory {
 public:
  GuestMemory() = default;
  GuestMemory(const GuestMemory&) = delete;
  GuestMemory& operator=(const GuestMemory&) = delete;
  virtual ~GuestMemory();

  /// The regions of guest memory, as ranges of the file: sorted, disjoint and page-aligned.
  /// Most machines have one.
  [[nodiscard]] virtual std::span<const ByteRange> regions() const noexcept = 0;
  /// The memory file that install() reads from.
  [[nodiscard]] virtual const PageSource& source() const noexcept = 0;
  /// Whether the page at `offset` has been installed and not been removed since.
  [[nodiscard]] virtual bool installed(std::uint64_t offset) const noexcept = 0;

  /// Installs the missing pages of `range` and wakes the threads that wait for them. A page
  /// becomes a copy where the file has data, and the zero page where the file has a hole or
  /// the guest gave the page back. Pages that are already installed stay as they are. So do
  /// pages that the VMM has mapped something else over; they count as installed.
  /// `range` must be page-aligned and lie in one region. Thread-safe.
  ///
  /// @return false if nothing can be installed any more: the guest has ended, or the run cannot
  ///   continue (the file cannot be read, the range is wrong). The core has recorded the reason,
  ///   so just return.
  [[nodiscard]] virtual bool install(ByteRange range) noexcept = 0;
};

} // namespace dhg
