#include "os/file_lock.hpp"

#include "dhg/error.hpp"
#include "os/event_fd.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <fstream>
#include <thread>

namespace dhg::os {
namespace {

UniqueFd open_lock(const std::filesystem::path& path) {
  UniqueFd fd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) throw system_error(errno, fmt::format("cannot open '{}'", path.string()));
  return fd;
}

int operation(LockMode mode) { return mode == LockMode::shared ? LOCK_SH : LOCK_EX; }

// flock(2) knows no time limit and waits for nothing else. A thread does that for it,
// and interrupts this thread's system calls when there is reason to.
class Interruption {
 public:
  Interruption(Deadline deadline, const Ear* ear) {
    struct sigaction action {};
    action.sa_handler = [](int) {};
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGRTMIN);
    if (sigaction(SIGRTMIN, &action, nullptr) != 0)
      throw system_error(errno, "cannot wait for a lock");
    pthread_sigmask(SIG_UNBLOCK, &wanted, &mask_);
    thread_ = std::thread([this, deadline, ear, waiting = pthread_self()] {
      std::array<pollfd, 1> over{{{over_.fd(), POLLIN, 0}}};
      try {
        if (wait(ear, over, deadline)) return;
      } catch (...) {
        reason_ = std::current_exception();
      }
      due_ = true;
      // Again and again, for the first may arrive just before the system call begins.
      do pthread_kill(waiting, SIGRTMIN);
      while (poll(over.data(), over.size(), 10) <= 0);
    });
  }
  ~Interruption() {
    over_.set();
    thread_.join();
    pthread_sigmask(SIG_SETMASK, &mask_, nullptr);
  }
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  [[nodiscard]] bool due() const noexcept { return due_; }
  // Once it is due: why, if it is not for the time.
  void raise() const {
    if (reason_) std::rethrow_exception(reason_);
  }

 private:
  EventFd over_;
  std::exception_ptr reason_; // before due_ is set
  std::atomic<bool> due_{false};
  sigset_t mask_{};
  std::thread thread_;
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

FileLock FileLock::take(const std::filesystem::path& path, LockMode mode, Deadline deadline,
                        const Ear* ear) {
  if (auto free = try_take(path, mode)) return std::move(*free);
  auto fd = open_lock(path);
  const Interruption interruption(deadline, ear);
  while (flock(fd.get(), operation(mode)) != 0) {
    if (errno != EINTR) throw system_error(errno, fmt::format("cannot lock '{}'", path.string()));
    if (!interruption.due()) continue;
    interruption.raise();
    throw Error(Blame::environment,
                fmt::format("{} has held '{}' for too long", describe_holder(path), path.string()),
                "if that process is stopped or hangs, end it; then run this again");
  }
  return FileLock(std::move(fd));
}

bool try_lock(int fd) noexcept { return flock(fd, LOCK_EX | LOCK_NB) == 0; }

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

} // namespace dhg::os
