#pragma once

#include "dhg/error.hpp"
#include "dhg/unique_fd.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <cerrno>
#include <string>

namespace dhg::fakes {

/// Puts a pipe in the place of the process's stdout, as long as it lives: make no
/// assertion meanwhile, for its message would go there.
class StandardOutput {
 public:
  StandardOutput() : before_(fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw system_error(errno, "cannot create a pipe");
    reader_.reset(ends[0]);
    const UniqueFd writer(ends[1]);
    dup2(writer.get(), STDOUT_FILENO);
  }
  ~StandardOutput() { dup2(before_.get(), STDOUT_FILENO); }
  StandardOutput(const StandardOutput&) = delete;
  StandardOutput& operator=(const StandardOutput&) = delete;

  void close_reader() { reader_.reset(); }
  [[nodiscard]] int reader() const { return reader_.get(); }
  /// At most 64 KiB; waits for the first byte.
  [[nodiscard]] std::string read_some() const {
    std::string text(64UL * 1024, '\0');
    const auto got = read(reader_.get(), text.data(), text.size());
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return text;
  }

 private:
  UniqueFd before_;
  UniqueFd reader_;
};

} // namespace dhg::fakes
