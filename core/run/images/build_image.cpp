#include "run/images/build_image.hpp"

#include "dhg/error.hpp"
#include "dhg/process.hpp"
#include "os/descriptors.hpp"
#include "os/offspring.hpp"
#include "os/process.hpp"
#include "os/readiness.hpp"
#include "text/pass_lines.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <csignal>
#include <optional>

namespace dhg::run {
namespace {

using namespace std::chrono_literals;

constexpr auto kTidyUp = 10s; // for a script that was told to end

// What the user's own pip is told is not meant for an image: these would have it refuse to
// work, or install elsewhere. Where its packages come from is.
bool is_for_others(std::string_view entry) {
  constexpr std::array<std::string_view, 3> kNames{
      "PIP_REQUIRE_VIRTUALENV=", "PIP_USER=", "PIP_TARGET="};
  return std::any_of(kNames.begin(), kNames.end(),
                     [&](std::string_view name) { return entry.starts_with(name); });
}

std::vector<std::string> script_environment() {
  auto result = os::own_environment();
  std::erase_if(result, is_for_others);
  return result;
}

// A script that runs, and what it says.
class Script {
 public:
  Script(const std::filesystem::path& path, const std::vector<std::string>& args,
         const std::function<void(std::string_view)>& progress)
      : progress_(progress) {
    auto said = os::make_pipe();
    said_ = std::move(said.read);
    child_.emplace(ProcessSpec{
        path.string(),
        args,
        script_environment(),
        {{said.write.get(), os::kStandardOutput}, {said.write.get(), os::kStandardError}}});
  }

  // Waits for the script's end, not for the pipe's: what it started may hold that.
  // @return its status; nothing at `until`; @throws Interrupted
  std::optional<int> follow(const os::Ear& ear, std::optional<Deadline> until = std::nullopt) {
    for (;;) {
      std::array<pollfd, 2> fds{{{said_.get(), POLLIN, 0}, {child_->process_fd(), POLLIN, 0}}};
      if (!ear.wait(fds, until)) return std::nullopt;
      if (fds[1].revents != 0) return child_->wait(deadline_in(kTidyUp));
      if (!pass_on()) said_.reset();
    }
  }
  // What is left to be read now, of a full pipe at most.
  void drain() {
    for (int i = 0; i < 64 && said_ && pass_on() && os::is_readable(said_.get()); ++i) {
    }
  }
  void signal(int number) const { os::signal_session(child_->pid(), number); } // its whole session
  void end() {
    child_->kill();
    offspring_.end();
  }
  [[nodiscard]] const std::string& last_line() const noexcept { return last_; }

 private:
  // @return false at the end
  bool pass_on() {
    std::array<char, 4096> part;
    const auto got = os::read_now(said_.get(), part);
    if (!got) return false;
    buffer_.append(part.data(), *got);
    text::pass_lines(buffer_, [this](std::string_view line) {
      last_ = line;
      progress_(line);
    });
    return true;
  }

  const std::function<void(std::string_view)>& progress_;
  os::Offspring offspring_; // before the child
  UniqueFd said_;
  std::string buffer_;
  std::string last_;
  std::optional<ChildProcess> child_;
};

} // namespace

void run_image_script(const std::filesystem::path& script, const std::vector<std::string>& args,
                      os::SignalFd& signals,
                      const std::function<void(std::string_view)>& progress) {
  const os::Ear ear(signals);
  Script run(script, args, progress);
  std::optional<int> status;
  try {
    status = run.follow(ear);
  } catch (const Interrupted&) {
    run.signal(SIGTERM); // it removes what it began
    try {
      (void)run.follow(ear, deadline_in(kTidyUp));
    } catch (const Interrupted&) { // the user asks again: at once
    }
    run.end();
    run.drain();
    throw;
  }
  run.end(); // of what it left running, nothing is part of the image
  run.drain();
  if (status != 0)
    throw Error(Blame::environment,
                fmt::format("'{}' {}", script.filename().string(),
                            status ? describe_wait_status(*status) : "did not end"),
                run.last_line());
}

} // namespace dhg::run
