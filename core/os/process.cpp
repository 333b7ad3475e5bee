#include "os/process.hpp"

#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

namespace dhg::os {

pid_t own_pid() noexcept { return getpid(); }
uid_t own_user() noexcept { return geteuid(); }

std::vector<std::string> own_environment() {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) all.emplace_back(*entry);
  return all;
}

bool kill_process(int pidfd) noexcept {
  return syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, nullptr, 0) == 0;
}

void signal_session(pid_t leader, int signal) noexcept { ::kill(-leader, signal); }

int exit_code(int wait_status) noexcept {
  return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

bool ended_by_signal(int wait_status) noexcept { return WIFSIGNALED(wait_status); }

} // namespace dhg::os
