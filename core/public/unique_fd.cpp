#include "dhg/unique_fd.hpp"

#include <unistd.h>

namespace dhg {

void UniqueFd::reset(int fd) noexcept {
  // Not retried on EINTR: Linux has closed the descriptor by then.
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

} // namespace dhg
