#pragma once

#include "dhg/memory.hpp"
#include "os/mapped_file.hpp"

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

/// A snapshot's memory file, mapped.
class FilePageSource final : public PageSource {
 public:
  /// @throws Error if the file cannot be mapped or is not a whole number of pages.
  explicit FilePageSource(const std::filesystem::path& path);

  [[nodiscard]] std::uint64_t size() const noexcept override { return file_.size(); }
  /// Scans the file at the first call.
  [[nodiscard]] std::span<const ByteRange> data_extents() const override;
  void will_need(ByteRange range) const noexcept override;

  [[nodiscard]] int fd() const noexcept { return file_.fd(); }
  [[nodiscard]] const std::byte* data() const noexcept { return file_.data(); }

 private:
  os::MappedFile file_;
  mutable std::mutex mutex_; // guards extents_ until it is set
  mutable std::optional<std::vector<ByteRange>> extents_;
};

} // namespace dhg::memory
