#pragma once

#include "dhg/deadline.hpp"
#include "dhg/unique_fd.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dhg {

/// How to start a program, without a shell. Pure functions build it, so that tests can
/// check it without running anything.
struct ProcessSpec {
  std::string program;           ///< absolute path
  std::vector<std::string> args; ///< without argv[0]
  /// The complete environment of the child, as NAME=value.
  std::vector<std::string> environment;
  /// {descriptor in this process, number in the child}. All others are closed in the child.
  std::vector<std::pair<int, int>> descriptors;
};

/// Resources used by a process and by the children that it has waited for.
struct ProcessUse {
  double cpu_seconds = 0;         ///< user and system time
  std::uint64_t peak_bytes = 0;   ///< largest resident set of any of them; at least the
                                  ///< size that the parent had when it started the process
  std::uint64_t major_faults = 0; ///< page faults that waited for a disk
};

/// A running child. It is killed (SIGKILL) when this object is destroyed, or when the
/// thread that created it exits (PR_SET_PDEATHSIG): create it on a thread that lives long
/// enough.
class DHG_API ChildProcess {
 public:
  /// @throws Error if the program cannot be started.
  explicit ChildProcess(const ProcessSpec& spec);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  [[nodiscard]] int pid() const noexcept { return pid_; }
  /// A pidfd, readable once the child has ended. This object keeps ownership.
  [[nodiscard]] int process_fd() const noexcept { return pidfd_.get(); }

  /// Waits for the child to end. @return its status in the form of waitpid(2); nothing if
  /// `deadline` passed first.
  std::optional<int> wait(Deadline deadline);
  /// Valid once wait() or kill() has seen the child end; all zero before.
  [[nodiscard]] const ProcessUse& use() const noexcept { return use_; }
  /// Sends SIGKILL and waits until the child has ended. No effect if it already has.
  void kill() noexcept;

 private:
  UniqueFd pidfd_;
  int pid_ = -1;
  std::optional<int> status_;
  ProcessUse use_;
};

/// Finds a program in PATH. Returns its absolute path, or an empty path if there is none.
[[nodiscard]] DHG_API std::filesystem::path find_program(std::string_view name);

/// A wait status in words: "exited with status 1", "was killed by signal 9 (Killed)".
[[nodiscard]] DHG_API std::string describe_wait_status(int status);

} // namespace dhg
