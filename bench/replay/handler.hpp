#pragma once

#include "dhg/unique_fd.hpp"

#include <sys/types.h>
#include <filesystem>
#include <string>

namespace dhg::bench {

/// A process that serves page faults.
class Handler {
 public:
  struct Use {
    double cpu_seconds = 0; ///< of the whole process
    long max_rss_kib = 0;
  };

  /// @param spec a page server's name or absolute path, or "foreign:PROGRAM", which is
  ///   started as PROGRAM SOCKET MEMORY_FILE and listens on SOCKET
  /// @param folder for the socket and for notes that outlive the process
  Handler(const std::string& spec, const std::filesystem::path& memory,
          const std::filesystem::path& folder);
  ~Handler();
  Handler(const Handler&) = delete;
  Handler& operator=(const Handler&) = delete;

  [[nodiscard]] int socket() const noexcept { return socket_.get(); }
  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  /// Waits until one of ours has attached; a foreign one does not say.
  void await_attached();
  /// Ends it. @return what it used
  Use end();

 private:
  UniqueFd socket_;
  UniqueFd control_; ///< ours: it writes a byte once it attached, and ends when we close
  pid_t pid_ = -1;
};

} // namespace dhg::bench
