#pragma once

#include "dhg/unique_fd.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <span>

namespace dhg::os {

/// Waits for several descriptors to be readable, and tells only what is new since the last
/// time: whoever is told reads all there is. With epoll, edge-triggered, so that the kernel
/// need not look at all of them again before each sleep.
class EdgeWaiter {
 public:
  static constexpr std::size_t kMost = 8;
  /// `fds` are borrowed, at most kMost. @throws Error
  explicit EdgeWaiter(std::span<const int> fds);

  struct Event {
    int fd = -1;
    bool broken = false; ///< an error, or the end
  };
  using Events = std::array<Event, kMost>;
  /// @param sleep until there is something
  /// @return how many; 0 also if a signal came; nothing, with errno, on an error
  [[nodiscard]] std::optional<std::size_t> wait(Events& into, bool sleep) const noexcept;

 private:
  const UniqueFd epoll_;
};

} // namespace dhg::os
