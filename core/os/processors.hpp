#pragma once

#include <sched.h>
#include <sys/types.h>
#include <optional>

namespace dhg::os {

/// Processors that a thread may run on.
using Processors = cpu_set_t;

/// @param thread 0: the calling one. @return nothing if the kernel does not tell
[[nodiscard]] std::optional<Processors> processors_of(pid_t thread) noexcept;
/// The one that the calling thread runs on now.
[[nodiscard]] std::optional<Processors> current_processor() noexcept;
/// @return false if the kernel refuses
bool confine(pid_t thread, const Processors& to) noexcept;
/// How many processors this process may use; 0: not known.
[[nodiscard]] unsigned usable_processors() noexcept;

} // namespace dhg::os
