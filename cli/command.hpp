#pragma once

#include "command_line.hpp"

#include <chrono>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dhg::cli {

/// What every command gets.
struct Invocation {
  po::variables_map values;
  std::vector<std::string> arguments; ///< what follows the options
  std::chrono::steady_clock::time_point started;
};

/// A command of dhg. Its usage is made only when it is needed.
struct Command {
  std::string_view name;    ///< "exec", "vm prepare"
  std::string_view summary; ///< for lists of commands, in lower case
  Usage (*usage)();
  int (*run)(const Invocation&); ///< returns the exit code, throws Error
};

// To add one: declare it here, define it in a file of its own, name it in commands.cpp.
extern const Command exec_command;
extern const Command vm_prepare_command;
extern const Command vm_status_command;
extern const Command vm_clean_command;
extern const Command vm_notes_command;
extern const Command vm_forget_command;
extern const Command config_show_command;
extern const Command page_server_command;
extern const Command plugin_list_command;
extern const Command plugin_info_command;
extern const Command plugin_new_command;
extern const Command plugin_test_command;
extern const Command doctor_command;
extern const Command compare_command;
extern const Command explain_command;
extern const Command completion_command;
extern const Command help_command;

/// All of them, in the order of `dhg --help`.
[[nodiscard]] std::span<const Command* const> all_commands();

/// The usage of a command, with the option --help that all have.
[[nodiscard]] Usage full_usage(const Command& command);

/// `dhg --help`, or, with "vm", `dhg vm --help`.
void print_overview(std::ostream& out, std::string_view group = {});

/// Runs `args`, the words after "dhg". @return the exit code
/// @throws Error
int dispatch(const std::vector<std::string>& args, std::chrono::steady_clock::time_point started);

} // namespace dhg::cli
