#include "firecracker/bounded_console.hpp"

#include "dhg/error.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <vector>

namespace dhg_firecracker {
namespace {

constexpr std::size_t kMost = 128 * 1024;

} // namespace

BoundedConsole::BoundedConsole(int console)
    : console_(fcntl(console, F_DUPFD_CLOEXEC, 0)),
      memory_(memfd_create("dhg-firecracker-console", MFD_CLOEXEC | MFD_ALLOW_SEALING)) {
  if (!console_) throw dhg::system_error(errno, "cannot duplicate the console's descriptor");
  // Of that size from the start: a write beyond it fails, and nobody is sent a signal.
  if (!memory_ || ftruncate(memory_.get(), kMost) != 0 ||
      fcntl(memory_.get(), F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK) != 0)
    throw dhg::system_error(errno, "cannot create a memory file");
}

BoundedConsole::~BoundedConsole() {
  std::vector<char> text(kMost);
  const auto written = lseek(memory_.get(), 0, SEEK_CUR); // shared with the VMM
  if (written <= 0) return;
  const auto got = pread(memory_.get(), text.data(), text.size(), 0);
  if (got > 0)
    (void)!write(console_.get(), text.data(), static_cast<std::size_t>(std::min(got, written)));
}

} // namespace dhg_firecracker
