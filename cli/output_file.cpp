#include "output_file.hpp"

#include "dhg/error.hpp"
#include "os/file.hpp"
#include "os/process.hpp"
#include "os/signals.hpp"

#include <fmt/format.h>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>

namespace dhg::cli {

OutputFile::OutputFile(std::string path) : path_(std::move(path)) {
  constexpr mode_t kForAll = 0666; // as the umask has it
  const auto info = os::examine_target(path_);
  if (info && !info->is_regular) {
    const os::SignalsEndUs at_once; // a FIFO waits for its reader
    fd_ = os::open_special(path_);
  } else {
    temporary_ = fmt::format("{}.{}.part", path_, os::own_pid());
    fd_ = os::create_file(temporary_, kForAll);
  }
  if (fd_) return;
  temporary_.clear(); // not ours
  throw Error(Blame::usage, fmt::format("cannot write '{}': {}", path_, std::strerror(errno)));
}

OutputFile::~OutputFile() { discard(); }

void OutputFile::discard() noexcept {
  if (!temporary_.empty()) (void)std::remove(temporary_.c_str());
  temporary_.clear();
}

void OutputFile::publish(std::string_view text) {
  std::optional<os::SignalsEndUs> at_once;
  if (temporary_.empty()) at_once.emplace();
  if (!os::write_all(fd_.get(), text))
    throw system_error(errno, fmt::format("cannot write '{}'", path_));
  if (temporary_.empty()) return;
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0)
    throw system_error(errno, fmt::format("cannot write '{}'", path_));
  temporary_.clear();
}

} // namespace dhg::cli
