#pragma once

#include <sys/types.h>
#include <string>
#include <vector>

namespace dhg::os {

[[nodiscard]] pid_t own_pid() noexcept;
[[nodiscard]] uid_t own_user() noexcept; ///< the effective one

/// NAME=value: the whole environment of this process.
[[nodiscard]] std::vector<std::string> own_environment();

/// SIGKILL, by a pidfd. @return false, with errno
bool kill_process(int pidfd) noexcept;
/// Sends a signal to all processes of a session whose leader is its only group's too.
void signal_session(pid_t leader, int signal) noexcept;

/// What a shell makes of a status in waitpid(2)'s form: 128 + n for signal n.
[[nodiscard]] int exit_code(int wait_status) noexcept;
[[nodiscard]] bool ended_by_signal(int wait_status) noexcept;

} // namespace dhg::os
