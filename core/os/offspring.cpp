#include "os/offspring.hpp"

#include "dhg/deadline.hpp"
#include "dhg/unique_fd.hpp"
#include "os/process.hpp"
#include "os/readiness.hpp"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <filesystem>
#include <fstream>

namespace dhg::os {
namespace {

using namespace std::chrono_literals;

constexpr auto kDying = 5s; // of what has been killed, and may be held up by a disk

std::set<pid_t> children() {
  std::set<pid_t> result;
  std::error_code error;
  for (std::filesystem::directory_iterator at("/proc/self/task", error), end; !error && at != end;
       at.increment(error)) {
    std::ifstream list(at->path() / "children");
    for (pid_t pid = 0; list >> pid;) result.insert(pid);
  }
  return result;
}

// @return whether it is gone
bool end_process(pid_t pid, Deadline deadline) {
  const UniqueFd process(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (process && kill_process(process.get())) (void)await_one(process.get(), deadline);
  return waitpid(pid, nullptr, WNOHANG) != 0;
}

} // namespace

Offspring::Offspring() : before_(children()) {
  int already = 0;
  prctl(PR_GET_CHILD_SUBREAPER, &already, 0, 0, 0);
  if (already == 0) adopts_ = prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0;
}

Offspring::~Offspring() {
  end();
  if (adopts_) prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
}

void Offspring::end() noexcept {
  const auto deadline = deadline_in(kDying);
  // The children of those that end are adopted then: round after round, until there are none.
  for (bool all_gone = true; all_gone;) {
    auto left = children();
    for (const auto pid : before_) left.erase(pid);
    if (left.empty()) return;
    for (const auto pid : left) all_gone = end_process(pid, deadline) && all_gone;
  }
}

} // namespace dhg::os
