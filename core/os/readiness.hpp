#pragma once

#include "dhg/deadline.hpp"

#include <poll.h>
#include <optional>
#include <span>

namespace dhg::os {

/// Waits until one of `fds` is ready, as poll(2) does, or `until` has come.
/// @return false at `until`; @throws Error
[[nodiscard]] bool await_any(std::span<pollfd> fds, std::optional<Deadline> until = std::nullopt);

/// The same for one that shall be readable, or have ended.
[[nodiscard]] bool await_one(int fd, std::optional<Deadline> until = std::nullopt);

/// Whether `fd` is readable, or has ended, now.
[[nodiscard]] bool is_readable(int fd) noexcept;

} // namespace dhg::os
