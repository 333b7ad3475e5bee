#include "snapshot/lock.hpp"

#include "dhg/error.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <fstream>

namespace dhg::snapshot {
namespace {

using namespace std::chrono_literals;

UniqueFd open_lock(const std::filesystem::path& path) {
  UniqueFd fd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) throw system_error(errno, fmt::format("cannot open '{}'", path.string()));
  return fd;
}

int operation(LockMode mode) { return mode == LockMode::shared ? LOCK_SH : LOCK_EX; }

timespec to_timespec(std::chrono::nanoseconds time) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
  return {seconds.count(), static_cast<long>((time - seconds).count())};
}

// From the deadline on, interrupts this thread's system calls: flock(2) knows
// no timeout of its own.
class Interruption {
 public:
  explicit Interruption(Deadline deadline) {
    const int number = SIGRTMIN;
    struct sigaction action {};
    action.sa_handler = [](int) {};
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, number);
    sigevent event{};
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = number;
    event._sigev_un._tid = gettid();
    // Again and again, for the first may arrive just before the system call
    // begins.
    const itimerspec times{to_timespec(10ms), to_timespec(deadline.time_since_epoch())};
    if (sigaction(number, &action, nullptr) != 0 ||
        timer_create(CLOCK_MONOTONIC, &event, &timer_) != 0)
      throw system_error(errno, "cannot set a timer");
    pthread_sigmask(SIG_UNBLOCK, &wanted, &mask_);
    timer_settime(timer_, TIMER_ABSTIME, &times, nullptr);
  }
  ~Interruption() {
    timer_delete(timer_);
    pthread_sigmask(SIG_SETMASK, &mask_, nullptr);
  }
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

 private:
  timer_t timer_{};
  sigset_t mask_{};
};

std::string describe_holder(const std::filesystem::path& path) {
  const auto pid = lock_holder(path);
  if (!pid) return "another process";
  std::string name;
  std::getline(std::ifstream(fmt::format("/proc/{}/comm", *pid)), name);
  return fmt::format("process {} ({})", *pid, name);
}

} // namespace

std::optional<FileLock> FileLock::try_take(const std::filesystem::path& path, LockMode mode) {
  auto fd = open_lock(path);
  if (flock(fd.get(), operation(mode) | LOCK_NB) == 0) return FileLock(std::move(fd));
  if (errno == EWOULDBLOCK) return std::nullopt;
  throw system_error(errno, fmt::format("cannot lock '{}'", path.string()));
}

FileLock FileLock::take(const std::filesystem::path& path, LockMode mode, Deadline deadline) {
  if (auto free = try_take(path, mode)) return std::move(*free);
  auto fd = open_lock(path);
  const Interruption interruption(deadline);
  while (flock(fd.get(), operation(mode)) != 0) {
    if (errno != EINTR) throw system_error(errno, fmt::format("cannot lock '{}'", path.string()));
    if (std::chrono::steady_clock::now() >= deadline)
      throw Error(
          Blame::environment,
          fmt::format("{} has held '{}' for too long", describe_holder(path), path.string()),
          "if that process is stopped or hangs, end it; then run this again");
  }
  return FileLock(std::move(fd));
}

std::optional<pid_t> lock_holder(const std::filesystem::path& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return std::nullopt;
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);) {
    int pid = 0;
    unsigned major_number = 0;
    unsigned minor_number = 0;
    unsigned long inode = 0;
    // "1: FLOCK  ADVISORY  WRITE 1234 fe:00:5678 0 EOF"; those who wait have
    // "->" after the colon
    if (std::sscanf(line.c_str(), "%*d: FLOCK %*s %*s %d %x:%x:%lu", &pid, &major_number,
                    &minor_number, &inode) == 4 &&
        pid > 0 && inode == info.st_ino && major_number == major(info.st_dev) &&
        minor_number == minor(info.st_dev))
      return pid;
  }
  return std::nullopt;
}

} // namespace dhg::snapshot
