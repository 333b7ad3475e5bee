#pragma once

#include "dhg/error.hpp"
#include "snapshot/store.hpp"
#include "temporary_folder.hpp"

#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>

namespace snapshot_test {

namespace fs = std::filesystem;
using namespace dhg::snapshot;
using dhg::fakes::TemporaryFolder;

inline constexpr const char* kName = "python-qemu-2m-1c";
inline const std::string kDigest = "0123456789abcdef0123456789abcdef";

inline void write_text(const fs::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path.string());
}

inline std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline Manifest sample_manifest(const std::string& version = "1") {
  Manifest m;
  m.created = "2026-01-02T03:04:05Z";
  m.dhg_version = version;
  m.image = {"python", "", kDigest};
  m.guest = {"1.0", kDigest, "3.11.2", 1, {"-Xmx1g"}, kDigest};
  m.launcher = {"qemu", "7.2", "microvm 7.2", {"binary=/opt/qemu"}};
  m.machine = {2U << 20, 1, "tcg"};
  m.channels = {"json-file"};
  m.warmup = {{"join", "exact.py", {12.5, 3}, 4096, ""}};
  m.files = {{"memory", 2U << 20, 4096, kDigest}, {"state", 10, 4096, kDigest}};
  return m;
}

inline void make_image(const Store& store) {
  const auto image = store.image_path("python", kDigest);
  fs::create_directories(image);
  write_text(image / "rootfs.erofs", "root");
  write_text(image / "vmlinuz", "kernel");
  write_text(image / "vmlinux", "kernel");
  write_text(image / "image.json", R"({"rootfs_bytes": 4})");
}

/// What a snapshot of that version consists of.
inline void fill(const fs::path& folder, const std::string& version) {
  write_text(folder / "memory", "memory " + version);
  fs::resize_file(folder / "memory",
                  5U << 20); // too large to be read by each run
  write_text(folder / "state", "state " + version);
}

inline void publish(const Store& store, const std::string& version) {
  auto staging = store.stage(kName);
  fill(staging.path(), version);
  store.publish(staging, kName, sample_manifest(version));
}

/// The version of the snapshot that is there; throws unless it is complete and
/// of one piece.
inline std::string complete_version(const Store& store) {
  const auto version = store.open_snapshot(kName).manifest().dhg_version;
  if (const auto problem = store.verify(kName); !problem.empty()) throw std::runtime_error(problem);
  if (read_text(store.open_snapshot(kName).file("state")) != "state " + version)
    throw std::runtime_error("files of another version");
  return version;
}

inline std::size_t entries(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

/// A process of its own that runs `body`; its exit status is what that returns,
/// and 99 after an exception. Killed with this object.
class Child {
 public:
  explicit Child(const std::function<int()>& body) : pid(fork()) {
    if (pid != 0) return;
    alarm(30);
    try {
      _exit(body());
    } catch (...) {
      _exit(99);
    }
  }
  ~Child() {
    if (pid > 0) kill();
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  int wait() {
    int status = 0;
    waitpid(pid, &status, 0);
    pid = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
  }
  void kill() {
    ::kill(pid, SIGKILL);
    wait();
  }

  pid_t pid;
};

/// Tells another process that something has come to pass.
class Signal {
 public:
  Signal() {
    if (pipe(ends_) != 0) throw std::runtime_error("cannot make a pipe");
  }
  ~Signal() {
    close(ends_[0]);
    close(ends_[1]);
  }
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  void give() const {
    if (write(ends_[1], "x", 1) != 1) throw std::runtime_error("cannot write to a pipe");
  }
  /// Returns only when it was given: a process that waits is killed by its
  /// owner.
  void await() const {
    char byte = 0;
    if (read(ends_[0], &byte, 1) != 1) throw std::runtime_error("cannot read a pipe");
  }

 private:
  int ends_[2];
};

} // namespace snapshot_test
