#pragma once

#include "dhg/memory.hpp"
#include "temporary_folder.hpp"

#include <filesystem>
#include <vector>

namespace dhg::fakes {

inline constexpr std::uint64_t kKiB = 1024;

/// A sparse memory file in a folder of its own, gone with this object. Every page
/// in `data` begins with a number that is different for each page and never zero.
class MemoryFile {
 public:
  MemoryFile(std::uint64_t size, const std::vector<ByteRange>& data);

  [[nodiscard]] std::filesystem::path path() const { return folder_ / "memory"; }
  void truncate(std::uint64_t size) const;
  /// Everything, read by pread: kPageSize bytes a page.
  [[nodiscard]] std::vector<std::byte> contents() const;

 private:
  TemporaryFolder folder_;
};

} // namespace dhg::fakes
