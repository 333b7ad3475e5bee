#pragma once

#include "dhg/memory.hpp"

#include <filesystem>
#include <vector>

namespace dhg::fakes {

/// A sparse memory file in a folder of its own, gone with this object. Every page
/// in `data` begins with a number that is different for each page and never zero.
class MemoryFile {
 public:
  MemoryFile(std::uint64_t size, const std::vector<ByteRange>& data);
  ~MemoryFile();
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  [[nodiscard]] std::filesystem::path path() const { return folder_ / "memory"; }
  void truncate(std::uint64_t size) const;
  /// Everything, read by pread: kPageSize bytes a page.
  [[nodiscard]] std::vector<std::byte> contents() const;

 private:
  std::filesystem::path folder_;
};

} // namespace dhg::fakes
