#pragma once

#include "dhg/unique_fd.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>

namespace dhg::os {

/// A regular file, open for reading and mapped shared and read-only.
class MappedFile {
 public:
  /// @throws Error if it is not a regular file, is empty, or cannot be mapped.
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  /// Not to be dereferenced where the file may be cut while it is mapped: that
  /// raises SIGBUS. The kernel's copies report EFAULT instead.
  [[nodiscard]] const std::byte* data() const noexcept { return data_; }

  // What the kernel does not take is read when it is used. Whole pages, in the file.
  /// Nothing is read but what is asked for.
  void expect_any_order() const noexcept;
  /// Begins to read; reads now.
  void will_need(std::uint64_t offset, std::uint64_t length) const noexcept;
  void read_now(std::uint64_t offset, std::uint64_t length) const noexcept;
  /// Unmaps the pages that were read; read again, they are mapped again.
  void let_go() const noexcept;

 private:
  void advise(std::uint64_t offset, std::uint64_t length, int advice) const noexcept;

  UniqueFd fd_;
  std::uint64_t size_ = 0;
  const std::byte* data_ = nullptr;
};

} // namespace dhg::os
