#include "run/build_image.hpp"

#include "dhg/error.hpp"
#include "dhg/process.hpp"
#include "run/pass_lines.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <csignal>

namespace dhg::run {
namespace {

using namespace std::chrono_literals;

constexpr auto kTidyUp = 10s; // for a script that was told to end

std::vector<std::string> own_environment() {
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) result.emplace_back(*entry);
  return result;
}

} // namespace

void run_image_script(const std::filesystem::path& script, const std::vector<std::string>& args,
                      os::SignalFd& signals,
                      const std::function<void(std::string_view)>& progress) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw system_error(errno, "cannot create a pipe");
  const UniqueFd reader(ends[0]);
  UniqueFd writer(ends[1]);
  ChildProcess child({script.string(),
                      args,
                      own_environment(),
                      {{writer.get(), STDOUT_FILENO}, {writer.get(), STDERR_FILENO}}});
  writer.reset();

  std::string buffer;
  std::string last;
  const auto tell = [&](std::string_view line) {
    last = line;
    progress(line);
  };
  std::array<pollfd, 2> fds{{{reader.get(), POLLIN, 0}, {signals.fd(), POLLIN, 0}}};
  for (;;) {
    if (poll(fds.data(), fds.size(), -1) < 0 && errno != EINTR)
      throw system_error(errno, "cannot wait for a script");
    if (fds[1].revents != 0) {
      const int signal = signals.take();
      ::kill(-child.pid(), SIGTERM); // its whole session; it removes what it began
      child.wait(deadline_in(kTidyUp));
      ::kill(-child.pid(), SIGKILL);
      throw Interrupted{signal};
    }
    if (fds[0].revents == 0) continue;
    std::array<char, 4096> part;
    const auto got = read(reader.get(), part.data(), part.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    buffer.append(part.data(), static_cast<std::size_t>(got));
    pass_lines(buffer, tell);
  }
  const auto status = child.wait(deadline_in(kTidyUp));
  if (status != 0)
    throw Error(Blame::environment,
                fmt::format("'{}' {}", script.filename().string(),
                            status ? describe_wait_status(*status) : "does not end"),
                last);
}

} // namespace dhg::run
