#pragma once

#include "dhg/memory.hpp"
#include "memory/page_reader.hpp"
#include "os/mapped_file.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace dhg::memory {

/// Where `fd` has data, by SEEK_DATA and SEEK_HOLE, widened to whole pages.
/// @throws Error if the file system cannot tell.
[[nodiscard]] std::vector<ByteRange> scan_data_extents(int fd, std::uint64_t size);

/// The extent of `extents` (sorted, disjoint) that contains `offset`, or the next
/// one behind it; nullptr if there is none.
[[nodiscard]] const ByteRange* find_extent(std::span<const ByteRange> extents,
                                           std::uint64_t offset) noexcept;

/// A snapshot's memory file, mapped; its pages may be read in another way.
class FilePageSource final : public PageSource {
 public:
  /// @throws Error if the file cannot be mapped or is not a whole number of pages.
  /// @param reader how pages are read; none: by the mapping
  explicit FilePageSource(const std::filesystem::path& path,
                          std::unique_ptr<PageReader> reader = nullptr);

  [[nodiscard]] std::uint64_t size() const noexcept override { return file_.size(); }
  /// What is left of size() if the file was cut since it was opened.
  [[nodiscard]] std::uint64_t size_now() const noexcept;
  /// Scans the file at the first call.
  [[nodiscard]] std::span<const ByteRange> data_extents() const override;
  void will_need(ByteRange range) const noexcept override;
  void read_now(ByteRange range) const noexcept override;

  /// The bytes of as much of `range` as one call can have: `range` is cut to that.
  /// Valid until this thread fetches again. @return nullptr if they cannot be read
  [[nodiscard]] const std::byte* fetch(ByteRange& range) const noexcept;

  /// Unmaps the pages that were read through the mapping; fetched again, they are mapped
  /// again. For the end of a run: what a process has mapped when it ends is taken down
  /// before its parent hears of the end, a millisecond for every 50 MiB.
  void let_go() const noexcept;

  [[nodiscard]] int fd() const noexcept { return file_.fd(); }
  [[nodiscard]] const std::byte* data() const noexcept { return file_.data(); }

 private:
  os::MappedFile file_;
  const std::unique_ptr<PageReader> reader_;
  mutable std::mutex mutex_; // guards extents_ until it is set
  mutable std::optional<std::vector<ByteRange>> extents_;
};

} // namespace dhg::memory
