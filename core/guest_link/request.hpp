#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dhg::guest_link {

/// How a program was given to dhg: Python treats each in a way of its own.
enum class ProgramKind {
  command, ///< -c
  script,  ///< a file
  stdin,   ///< standard input
};

/// Which value of a program is wanted, as text.
enum class WantedValue {
  none,
  expression, ///< that of a program that is a single expression
  last,       ///< that of an expression which is its last statement
};

/// Variables for a program's environment: names that are not empty and have no '=', and values.
/// Neither has a NUL.
using Environment = std::vector<std::pair<std::string, std::string>>;

/// A program to run in the guest.
struct RunRequest {
  std::string code;     ///< bytes of the file; UTF-8 for a command
  std::string filename; ///< for tracebacks; a script's is absolute, and made in the guest
  std::vector<std::string> argv;
  std::string channel;    ///< the result channel's name
  std::string guest_half; ///< its Python source
  /// A restored guest has the clock and the random state of its snapshot: set
  /// both. Not for a guest that was booted just now.
  bool renew_clone = true;
  bool show_tables = false; ///< describe the tables that the program assigns
  bool table_meta = true;   ///< with row count, columns and types, not the first rows only
  ProgramKind kind = ProgramKind::command;
  WantedValue value = WantedValue::none;
  bool last = false; ///< no other follows: the agent's process may end with it
  /// What all that can be seeded is seeded with; nothing: with fresh entropy.
  std::optional<std::uint64_t> seed = std::nullopt;
  bool hold_updates = false;    ///< no table of the server changes by itself during the program
  bool has_stdin = false;       ///< STDIN frames follow, for the last program only
  Environment environment = {}; ///< beside what every program finds
};

/// What an agent that was booted just now is to make ready, once.
struct SetupRequest {
  std::string executor = "python"; ///< or "deephaven": a server in the agent's process
  std::vector<std::string> jvm_args;
  std::vector<std::string> modules; ///< to import
};

/// HELLO: the first words on a connection.
[[nodiscard]] std::string encode_hello();
/// All frames of a run, HELLO not included.
[[nodiscard]] std::string encode_run(const RunRequest& request);
[[nodiscard]] std::string encode_setup(const SetupRequest& request);
/// INTERRUPT: the program that runs shall have SIGINT.
[[nodiscard]] std::string encode_interrupt();
/// @param scrub_bytes of free memory that the guest is to overwrite with zeros
[[nodiscard]] std::string encode_quiesce(std::uint64_t scrub_bytes = 0);

} // namespace dhg::guest_link
