#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

namespace dhg::os {

/// Has `handler` called when this process crashes (SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT), on
/// the thread that does; the process then ends with `status`, as it does if the handler crashes.
/// On the main thread it has a stack of its own. Once.
void on_crash(void (*handler)(int signal) noexcept, int status);

/// The return addresses of this thread's calls, innermost first. May be called while the process
/// crashes. @return how many of `into` were filled
[[nodiscard]] std::size_t stack_addresses(std::span<void*> into) noexcept;

/// Where a library that is loaded lies; [0, 0) if it is not.
struct LibraryRange {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
};
[[nodiscard]] LibraryRange range_of(const std::filesystem::path& library);

/// Writes to stderr, unbuffered. May be called while the process crashes.
void write_last_words(std::string_view text) noexcept;
/// Ends this process at once: nothing else is called, nothing written.
[[noreturn]] void end_process(int status) noexcept;
/// Whether this is the process in which `on_crash` was called, and not a child of it.
[[nodiscard]] bool is_own_process() noexcept;

} // namespace dhg::os
