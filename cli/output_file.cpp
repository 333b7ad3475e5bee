#include "output_file.hpp"

#include "dhg/error.hpp"
#include "os/signals.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>

namespace dhg::cli {

OutputFile::OutputFile(std::string path) : path_(std::move(path)) {
  struct stat info {};
  const bool special = stat(path_.c_str(), &info) == 0 && !S_ISREG(info.st_mode);
  if (special) {
    const os::SignalsEndUs at_once; // a FIFO waits for its reader
    fd_.reset(open(path_.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
  } else {
    temporary_ = fmt::format("{}.{}.part", path_, getpid());
    fd_.reset(open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666));
  }
  if (fd_) return;
  temporary_.clear(); // not ours
  throw Error(Blame::usage, fmt::format("cannot write '{}': {}", path_, std::strerror(errno)));
}

OutputFile::~OutputFile() { discard(); }

void OutputFile::discard() noexcept {
  if (!temporary_.empty()) unlink(temporary_.c_str());
  temporary_.clear();
}

void OutputFile::publish(std::string_view text) {
  std::optional<os::SignalsEndUs> at_once;
  if (temporary_.empty()) at_once.emplace();
  while (!text.empty()) {
    const auto written = write(fd_.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw system_error(errno, fmt::format("cannot write '{}'", path_));
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (temporary_.empty()) return;
  if (rename(temporary_.c_str(), path_.c_str()) != 0)
    throw system_error(errno, fmt::format("cannot write '{}'", path_));
  temporary_.clear();
}

} // namespace dhg::cli
