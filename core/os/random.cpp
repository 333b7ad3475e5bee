#include "os/random.hpp"

#include "dhg/error.hpp"

#include <sys/random.h>
#include <cerrno>

namespace dhg::os {

void fill_randomly(std::span<std::byte> into) {
  if (getrandom(into.data(), into.size(), 0) != static_cast<ssize_t>(into.size()))
    throw system_error(errno, "cannot get random bytes");
}

} // namespace dhg::os
