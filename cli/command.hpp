#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace dhg::cli {

/// What every command gets.
struct Invocation {
  std::vector<std::string> args; ///< without the command's own name
  std::chrono::steady_clock::time_point started;
};

// One a command; each returns the exit code and throws Error.
int exec_command(const Invocation& invocation);
int vm_command(const Invocation& invocation);
int config_command(const Invocation& invocation);
int plugin_command(const Invocation& invocation);
int doctor_command(const Invocation& invocation);

} // namespace dhg::cli
