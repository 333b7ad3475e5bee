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

/// How to start a program. Built by pure functions, so that tests can compare it
/// without running anything. No shell is involved.
struct ProcessSpec {
  std::string program;           ///< absolute path
  std::vector<std::string> args; ///< without argv[0]
  /// NAME=value: the whole environment of the child.
  std::vector<std::string> environment;
  /// {descriptor of ours, number in the child}; everything else is closed there.
  std::vector<std::pair<int, int>> descriptors;
};

/// What a process and the children that it waited for have used.
struct ProcessUse {
  double cpu_seconds = 0;         ///< user and system
  std::uint64_t peak_bytes = 0;   ///< most resident memory of any one of them, and at
                                  ///< least what its parent had when it was started
  std::uint64_t major_faults = 0; ///< that waited for a disk
};

/// A running child. It receives SIGKILL when the thread that started it dies
/// (PR_SET_PDEATHSIG), when this object goes, and it never outlives either: so
/// start it from a thread that lives as long as it shall.
class DHG_API ChildProcess {
 public:
  /// @throws Error if the program cannot be started.
  explicit ChildProcess(const ProcessSpec& spec);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  [[nodiscard]] int pid() const noexcept { return pid_; }
  /// A pidfd: readable once the child has ended. Borrowed.
  [[nodiscard]] int process_fd() const noexcept { return pidfd_.get(); }

  /// Waits for the end. @return the status in waitpid(2)'s form; nothing if
  /// `deadline` came first.
  std::optional<int> wait(Deadline deadline);
  /// After its end, by wait() or kill(); zeros before.
  [[nodiscard]] const ProcessUse& use() const noexcept { return use_; }
  /// SIGKILL, and waits until it is gone. Harmless when it already is.
  void kill() noexcept;

 private:
  UniqueFd pidfd_;
  int pid_ = -1;
  std::optional<int> status_;
  ProcessUse use_;
};

/// The absolute path of a program by PATH; empty if it is not there.
[[nodiscard]] DHG_API std::filesystem::path find_program(std::string_view name);

/// "exited with status 1", "was killed by signal 9 (Killed)".
[[nodiscard]] DHG_API std::string describe_wait_status(int status);

} // namespace dhg
