#include "dhg/process.hpp"

#include "dhg/error.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#ifdef __SANITIZE_THREAD__
// The thread sanitizer takes clone() for a fork and gives up on threads after it.
// It does not intercept the function's other name.
extern "C" int __clone(int (*function)(void*), void* stack, int flags, void* argument, ...);
#define clone __clone
#define DHG_NO_TSAN __attribute__((no_sanitize("thread")))
#else
#define DHG_NO_TSAN
#endif

namespace dhg {
namespace {

constexpr int kLastSignal = 64;

struct ChildPlan {
  const char* program;
  char* const* argv;
  char* const* envp;
  const std::pair<int, int>* descriptors;
  std::size_t descriptor_count;
  int* parked; // one slot a descriptor
  pid_t parent;
  int error; // written by the child, which shares our memory until exec
};

// The child shares our memory: it makes bare system calls and leaves all that the
// C library or a sanitizer keeps about the process alone.

DHG_NO_TSAN bool put(int from, int to) { return syscall(SYS_dup3, from, to, 0) >= 0; }

DHG_NO_TSAN int index_of(const ChildPlan& plan, int number) {
  for (std::size_t i = 0; i < plan.descriptor_count; ++i)
    if (plan.descriptors[i].second == number) return static_cast<int>(i);
  return -1;
}

DHG_NO_TSAN bool arrange_descriptors(const ChildPlan& plan) {
  int last = STDERR_FILENO;
  for (std::size_t i = 0; i < plan.descriptor_count; ++i)
    if (plan.descriptors[i].second > last) last = plan.descriptors[i].second;
  // Parked above every number that the child is given, moving one into place cannot
  // overwrite another that still has to be moved; and no higher, for there may be a limit.
  for (std::size_t i = 0; i < plan.descriptor_count; ++i) {
    plan.parked[i] =
        static_cast<int>(syscall(SYS_fcntl, plan.descriptors[i].first, F_DUPFD_CLOEXEC, last + 1));
    if (plan.parked[i] < 0) return false;
  }
  for (int fd = 0; fd <= last; ++fd) {
    if (const int wanted = index_of(plan, fd); wanted >= 0) {
      if (!put(plan.parked[wanted], fd)) return false;
    } else if (fd <= STDERR_FILENO) {
      const auto null = static_cast<int>(syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDWR));
      if (null < 0) return false;
      if (null != fd && (!put(null, fd) || syscall(SYS_close, null) != 0)) return false;
    } else {
      syscall(SYS_close, fd);
    }
  }
  return syscall(SYS_close_range, static_cast<unsigned>(last + 1), ~0U, CLOSE_RANGE_CLOEXEC) == 0;
}

DHG_NO_TSAN void reset_signals() {
  // As the kernel lays them out: handler, flags, restorer, mask.
  const unsigned long standard[4] = {reinterpret_cast<unsigned long>(SIG_DFL), 0, 0, 0};
  const unsigned long none = 0;
  // A handler would run on our memory. What is ignored stays so, as exec has it, but for
  // SIGPIPE, which we ignore for ourselves alone.
  for (int number = 1; number <= kLastSignal; ++number) {
    unsigned long now[4] = {};
    syscall(SYS_rt_sigaction, number, nullptr, now, sizeof none);
    if (number == SIGPIPE || now[0] != reinterpret_cast<unsigned long>(SIG_IGN))
      syscall(SYS_rt_sigaction, number, standard, nullptr, sizeof none);
  }
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, nullptr, sizeof none);
}

DHG_NO_TSAN int child_main(void* argument) {
  auto& plan = *static_cast<ChildPlan*>(argument);
  // The parent may have died before the request was in place.
  const bool bound = syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0;
  if (bound && syscall(SYS_getppid) == plan.parent) {
    syscall(SYS_setsid); // the terminal's Ctrl-C is for dhg, which then ends the child
    reset_signals();
    if (arrange_descriptors(plan)) syscall(SYS_execve, plan.program, plan.argv, plan.envp);
  }
  plan.error = errno;
  for (;;) syscall(SYS_exit, 127);
}

std::vector<char*> pointers_to(std::vector<std::string>& strings) {
  std::vector<char*> result;
  result.reserve(strings.size() + 1);
  for (auto& s : strings) result.push_back(s.data());
  result.push_back(nullptr);
  return result;
}

ProcessUse to_use(const rusage& used) {
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return {seconds(used.ru_utime) + seconds(used.ru_stime),
          static_cast<std::uint64_t>(used.ru_maxrss) * 1024,
          static_cast<std::uint64_t>(used.ru_majflt)};
}

} // namespace

ChildProcess::ChildProcess(const ProcessSpec& spec) {
  std::vector<std::string> arguments{spec.program};
  arguments.insert(arguments.end(), spec.args.begin(), spec.args.end());
  auto environment = spec.environment;
  const auto argv = pointers_to(arguments);
  const auto envp = pointers_to(environment);
  std::vector<int> parked(spec.descriptors.size(), -1);
  ChildPlan plan{spec.program.c_str(),    argv.data(),   envp.data(), spec.descriptors.data(),
                 spec.descriptors.size(), parked.data(), getpid(),    0};

  // No signal handler may run in the child while it shares our memory.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  // Not fork: copying page tables costs milliseconds once a snapshot is mapped.
  alignas(16) std::array<std::byte, 64UL * 1024> stack;
  int pidfd = -1;
  pid_ = clone(child_main, stack.data() + stack.size(),
               CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &plan, &pidfd);
  const int clone_error = errno;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);

  if (pid_ < 0) throw system_error(clone_error, fmt::format("cannot start '{}'", spec.program));
  pidfd_.reset(pidfd);
  if (plan.error != 0) {
    kill();
    throw system_error(plan.error, fmt::format("cannot start '{}'", spec.program));
  }
}

ChildProcess::~ChildProcess() { kill(); }

std::optional<int> ChildProcess::wait(Deadline deadline) {
  while (!status_) {
    pollfd ended{pidfd_.get(), POLLIN, 0};
    const int ready = poll(&ended, 1, poll_timeout_ms(deadline));
    if (ready < 0 && errno != EINTR) throw system_error(errno, "cannot wait for a process");
    if (ready == 0) return std::nullopt;
    if (ready < 0) continue;
    int status = 0;
    rusage used{};
    if (wait4(pid_, &status, 0, &used) == pid_) {
      status_ = status;
      use_ = to_use(used);
    } else if (errno != EINTR) {
      throw system_error(errno, "cannot learn how a process ended (is SIGCHLD ignored?)");
    }
  }
  return status_;
}

void ChildProcess::kill() noexcept {
  if (pid_ < 0 || status_) return;
  syscall(SYS_pidfd_send_signal, pidfd_.get(), SIGKILL, nullptr, 0);
  int status = 0;
  rusage used{};
  pid_t got = -1;
  do {
    got = wait4(pid_, &status, 0, &used);
  } while (got < 0 && errno == EINTR);
  status_ = status;
  use_ = to_use(used);
}

std::string describe_wait_status(int status) {
  if (WIFEXITED(status)) return fmt::format("exited with status {}", WEXITSTATUS(status));
  const int signal = WTERMSIG(status);
  return fmt::format("was killed by signal {} ({})", signal, strsignal(signal));
}

std::filesystem::path find_program(std::string_view name) {
  const char* path = std::getenv("PATH");
  std::string_view rest = path != nullptr ? path : "/usr/bin:/bin";
  while (!rest.empty()) {
    const auto colon = rest.find(':');
    auto candidate = std::filesystem::path(rest.substr(0, colon)) / name;
    if (candidate.is_absolute() && access(candidate.c_str(), X_OK) == 0) return candidate;
    rest = colon == std::string_view::npos ? "" : rest.substr(colon + 1);
  }
  return {};
}

} // namespace dhg
