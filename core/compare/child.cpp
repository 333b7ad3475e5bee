#include "compare/child.hpp"

#include "os/descriptors.hpp"
#include "os/process.hpp"
#include "os/readiness.hpp"

#include <array>
#include <csignal>

namespace dhg::compare {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostOutput = 64UL * 1024 * 1024;
constexpr auto kPatience = 3s; // between asking a child to end and ending it

// @return false once there will be no more
bool read_some(int fd, std::string& into) {
  std::array<char, 65536> part;
  for (;;) {
    const auto got = os::read_now(fd, part);
    if (!got) return false;
    into.append(part.data(), *got);
    if (*got == 0 || into.size() > kMostOutput) return true;
  }
}

class Watcher {
 public:
  Watcher(ChildProcess& child, ChildEnd& end, os::SignalFd& signals, Deadline deadline)
      : child_(child), end_(end), signals_(signals), deadline_(deadline) {}

  // Until the child has ended, or has to be.
  void watch(UniqueFd& out, UniqueFd& err) {
    for (;;) {
      std::array<pollfd, 4> set{{{child_.process_fd(), POLLIN, 0},
                                 {signals_.fd(), POLLIN, 0},
                                 {out.get(), POLLIN, 0},
                                 {err.get(), POLLIN, 0}}};
      const bool ready = os::await_any(set, deadline_);
      if (set[0].revents != 0) return;
      end_.timed_out = !ready;
      if (set[1].revents != 0) end_.signal = signals_.take();
      if (set[2].revents != 0 && !read_some(out.get(), end_.out)) out.reset();
      if (set[3].revents != 0 && !read_some(err.get(), end_.err)) err.reset();
      end_.too_much_output = end_.out.size() > kMostOutput || end_.err.size() > kMostOutput;
      if (end_.timed_out || end_.too_much_output || end_.signal != 0) return stop();
    }
  }

 private:
  // dhg tidies up when it is asked to; a shell's children are told together with it,
  // for each child is the leader of a session of its own.
  void stop() {
    os::signal_session(child_.pid(), SIGTERM);
    (void)child_.wait(deadline_in(kPatience));
    os::signal_session(child_.pid(), SIGKILL);
  }

  ChildProcess& child_;
  ChildEnd& end_;
  os::SignalFd& signals_;
  Deadline deadline_;
};

} // namespace

ChildEnd run_child(ProcessSpec spec, os::SignalFd& signals, std::chrono::milliseconds limit) {
  ChildEnd end;
  auto out = os::make_pipe();
  auto err = os::make_pipe();
  spec.descriptors.insert(spec.descriptors.end(), {{out.write.get(), os::kStandardOutput},
                                                   {err.write.get(), os::kStandardError}});
  const auto began = Clock::now();
  ChildProcess child(spec);
  out.write.reset();
  err.write.reset();
  Watcher(child, end, signals, began + limit).watch(out.read, err.read);
  const auto status = child.wait(deadline_in(kPatience));
  end.wall_ms = std::chrono::duration<double, std::milli>(Clock::now() - began).count();
  if (!status) child.kill();
  end.status = status.value_or(SIGKILL);
  end.use = child.use();
  // What it left behind may hold the pipes open: only what is there already.
  if (out.read) (void)read_some(out.read.get(), end.out);
  if (err.read) (void)read_some(err.read.get(), end.err);
  return end;
}

} // namespace dhg::compare
