#pragma once

#include "dhg/unique_fd.hpp"

#include <sys/types.h>
#include <filesystem>

namespace dhg::os {

/// A listening Unix stream socket with a name, which goes with this object, unless
/// somebody has put something else in its place.
class UnixListener {
 public:
  /// @throws Error(Blame::usage) if the path is too long, exists, or cannot be made.
  explicit UnixListener(std::filesystem::path path);
  ~UnixListener() { close(); }
  UnixListener(const UnixListener&) = delete;
  UnixListener& operator=(const UnixListener&) = delete;

  /// Readable when somebody has connected; -1 after close().
  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  /// The next connection; empty if there is none (any more).
  [[nodiscard]] UniqueFd accept() const;
  /// Takes no more connections and removes the name.
  void close() noexcept;

 private:
  const std::filesystem::path path_;
  UniqueFd fd_;
  dev_t device_ = 0; // of the name, as we made it
  ino_t inode_ = 0;
};

} // namespace dhg::os
