#pragma once

#include <chrono>
#include <cstddef>

namespace dhg::cli {

/// Tells on stderr how far a long measurement is and how long it will still take: on
/// one line of a terminal, else a line every ten seconds.
class Progress {
 public:
  Progress();
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void operator()(std::size_t done, std::size_t all);

 private:
  using Clock = std::chrono::steady_clock;
  const bool terminal_;
  const Clock::time_point began_;
  Clock::time_point said_;
};

} // namespace dhg::cli
