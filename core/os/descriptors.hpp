#pragma once

#include "dhg/unique_fd.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace dhg::os {

inline constexpr int kStandardInput = 0;
inline constexpr int kStandardOutput = 1;
inline constexpr int kStandardError = 2;

/// A descriptor that the caller closed would be the next that is opened, and output would
/// go into it: puts something there that can only be read, so that writing fails.
void fill_standard_descriptors() noexcept;

[[nodiscard]] bool is_terminal(int fd) noexcept;

/// Another descriptor of the same, closed on exec. @return nothing, with errno
[[nodiscard]] UniqueFd duplicate(int fd) noexcept;
/// @return false, with errno
[[nodiscard]] bool make_non_blocking(int fd) noexcept;

struct Pipe {
  UniqueFd read; ///< does not block
  UniqueFd write;
};
/// @throws Error
[[nodiscard]] Pipe make_pipe();

/// Whether it is /dev/null, where there is nothing to read.
[[nodiscard]] bool is_null_device(int fd) noexcept;
/// Puts /dev/null in the place of `fd`, which must be open.
void replace_by_null(int fd) noexcept;

/// Reads what is there now, as far as it fits. @param fd does not block
/// @return how many bytes, 0 if there is nothing now; nothing at the end
[[nodiscard]] std::optional<std::size_t> read_now(int fd, std::span<char> into) noexcept;
/// The same from a descriptor that others have, too, so that it cannot be made not to block: one
/// that poll(2) calls readable. What another process has read meanwhile is not waited for, as
/// far as the kernel can tell.
[[nodiscard]] std::optional<std::size_t> read_available(int fd, std::span<char> into) noexcept;
/// Writes some of `text`, and waits for that if `fd` blocks. @return nothing, with errno
[[nodiscard]] std::optional<std::size_t> write_some(int fd, std::string_view text) noexcept;

/// A file that is in memory only. @param name for /proc; @throws Error
[[nodiscard]] UniqueFd make_memory_file(const char* name);
/// What is in such a file, at most `most` bytes of it: the first, or the last.
[[nodiscard]] std::string head_of(int fd, std::uint64_t most);
[[nodiscard]] std::string tail_of(int fd, std::uint64_t most);

} // namespace dhg::os
