#pragma once

#include "dhg/unique_fd.hpp"

#include <string>
#include <string_view>

namespace dhg::cli {

/// A file that a command writes at its end: there, complete, or as it was before.
class OutputFile {
 public:
  /// Checks now that it can be written, for the work before may be long.
  /// @throws Error(Blame::usage) if it cannot
  explicit OutputFile(std::string path);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  /// Leaves what was there before. Harmless once it is published.
  void discard() noexcept;
  /// @throws Error
  void publish(std::string_view text);

 private:
  std::string path_;
  std::string temporary_; ///< beside it; empty for a device or a pipe, and once published
  UniqueFd fd_;
};

} // namespace dhg::cli
