#include "memory/page_source.hpp"

#include "dhg/error.hpp"
#include "os/file.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cerrno>

namespace dhg::memory {

std::vector<ByteRange> scan_data_extents(int fd, std::uint64_t size) {
  std::vector<ByteRange> extents;
  std::uint64_t at = 0;
  while (at < size) {
    const auto data = os::next_data(fd, at, size);
    if (!data) throw system_error(errno, "cannot find the data in the memory file");
    if (*data == size) break; // a hole up to the end
    const auto hole = os::next_hole(fd, *data, size);
    if (!hole) throw system_error(errno, "cannot find the holes in the memory file");
    const auto begin = *data / kPageSize * kPageSize;
    const auto end = std::min((*hole + kPageSize - 1) / kPageSize * kPageSize, size);
    if (end <= begin) break; // the file was cut while we looked
    if (!extents.empty() && extents.back().end() >= begin) {
      extents.back().length = end - extents.back().offset;
    } else {
      extents.push_back({begin, end - begin});
    }
    at = end;
  }
  // What was cut off would pass for a hole.
  if (const auto now = os::examine(fd); now && now->bytes < size)
    throw Error(Blame::environment,
                fmt::format("the snapshot's memory file was truncated: {} bytes instead of {}",
                            now->bytes, size),
                "make the snapshot again with: dhg vm prepare");
  return extents;
}

const ByteRange* find_extent(std::span<const ByteRange> extents, std::uint64_t offset) noexcept {
  const auto behind =
      std::upper_bound(extents.begin(), extents.end(), offset,
                       [](std::uint64_t at, const ByteRange& e) { return at < e.end(); });
  return behind == extents.end() ? nullptr : &*behind;
}

FilePageSource::FilePageSource(const std::filesystem::path& path,
                               std::unique_ptr<PageReader> reader)
    : file_(path), reader_(std::move(reader)) {
  if (file_.size() % kPageSize != 0)
    throw Error(Blame::environment,
                fmt::format("'{}' has {} bytes, not a whole number of pages: it is damaged",
                            path.string(), file_.size()),
                "make the snapshot again with: dhg vm prepare");
  // Else each page that is not in the page cache brings along as much as a disk is told
  // to read ahead: 8 MiB for 4 KiB, on some. What is wanted beyond a page is said.
  file_.expect_any_order();
}

std::uint64_t FilePageSource::size_now() const noexcept {
  const auto info = os::examine(file_.fd());
  return info ? std::min(size(), info->bytes) : size();
}

std::span<const ByteRange> FilePageSource::data_extents() const {
  const std::lock_guard lock(mutex_);
  if (!extents_) extents_ = scan_data_extents(file_.fd(), file_.size());
  return *extents_;
}

const std::byte* FilePageSource::fetch(ByteRange& range) const noexcept {
  if (reader_) {
    range.length = std::min(range.length, reader_->longest());
    return reader_->fetch(range);
  }
  const auto* from = file_.data() + range.offset;
  // A copy from pages that are not mapped here is given up and begun again.
  if (range.length > kPageSize) {
    will_need(range); // all of it at once, not page after page
    read_now(range);
  }
  return from;
}

void FilePageSource::will_need(ByteRange range) const noexcept {
  const auto part = intersect(range, {0, file_.size()});
  if (part.length == 0) return;
  if (reader_) return reader_->read_ahead(part, false);
  file_.will_need(part.offset, part.length);
}

void FilePageSource::read_now(ByteRange range) const noexcept {
  const auto part = intersect(range, {0, file_.size()});
  if (part.length == 0) return;
  if (reader_) return reader_->read_ahead(part, true);
  file_.read_now(part.offset, part.length);
}

void FilePageSource::let_go() const noexcept { file_.let_go(); }

} // namespace dhg::memory
