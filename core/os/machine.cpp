#include "os/machine.hpp"

#include <sys/utsname.h>
#include <unistd.h>

namespace dhg::os {

std::uint64_t physical_memory() noexcept {
  return static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) *
         static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::string kernel_release() {
  utsname system{};
  return uname(&system) == 0 ? system.release : "";
}

} // namespace dhg::os
