#pragma once

#include "dhg/memory.hpp"
#include "os/ear.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace dhg::memory {

/// How the bytes of a page get from the disk into this process. Thread-safe.
class PageReader {
 public:
  PageReader() = default;
  PageReader(const PageReader&) = delete;
  PageReader& operator=(const PageReader&) = delete;
  virtual ~PageReader() = default;

  /// The most that one fetch can deliver, in bytes; whole pages.
  [[nodiscard]] virtual std::uint64_t longest() const noexcept = 0;
  /// The bytes of `range`: page-aligned, in the file, not longer than longest().
  /// Valid until this thread fetches again. @return nullptr if they cannot be read
  [[nodiscard]] virtual const std::byte* fetch(ByteRange range) const noexcept = 0;
  /// Begins to read `range`, or, with `wait`, reads it, where that is of use.
  virtual void read_ahead(ByteRange range, bool wait) const noexcept = 0;
  /// Whether something was found damaged, and had to come from somewhere else.
  [[nodiscard]] virtual bool damaged() const noexcept { return false; }
};

/// Reads past the page cache (O_DIRECT): leaves nothing behind in it, finds nothing
/// there either.
/// @throws Error if the file system cannot do it
[[nodiscard]] std::unique_ptr<PageReader> make_direct_reader(const std::filesystem::path& memory);

/// Reads a copy made by write_compressed_copy(). Hostile: its index is checked here,
/// each frame by its checksum when it is read. A damaged frame is read from `memory`, of
/// which it is a copy; such a copy is removed when the reader goes, to be made anew.
/// @param binding what the copy has to be bound to, as it was written
/// @return nullptr if there is none, or it is of other contents, or damaged
[[nodiscard]] std::unique_ptr<PageReader> open_compressed_copy(const std::filesystem::path& copy,
                                                               const std::filesystem::path& memory,
                                                               std::uint64_t memory_bytes,
                                                               const std::string& binding);

/// Writes the memory file's data, zstd-compressed in frames of 64 KiB that can be read
/// by themselves, to `copy`. Until it is done, that is no copy: make it where nobody looks.
/// @param ear may be null
/// @throws Error; os::Interrupted
void write_compressed_copy(const std::filesystem::path& memory, const std::filesystem::path& copy,
                           const std::string& binding, const os::Ear* ear = nullptr);

} // namespace dhg::memory
