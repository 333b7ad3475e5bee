#include "command.hpp"

#include "dhg/error.hpp"
#include "os/ear.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <iostream>

namespace {

constexpr int kExitUsage = 2;
constexpr int kExitTimeout = 124;
constexpr int kExitFailed = 125;

// A descriptor that the caller closed would be the next that is opened, and output
// would go into it. For reading only, so that writing fails.
void fill_standard_descriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (fcntl(fd, F_GETFD) < 0) (void)open("/dev/null", O_RDONLY);
}

} // namespace

int main(int argc, char** argv) {
  const auto started = std::chrono::steady_clock::now();
  fill_standard_descriptors();
  try {
    const int code = dhg::cli::dispatch({argv + 1, argv + argc}, started);
    std::cout.flush();
    return std::cout ? code : kExitFailed;
  } catch (const dhg::os::Interrupted& interrupted) {
    std::cerr << "dhg: interrupted\n";
    return interrupted.signal != 0 ? 128 + interrupted.signal : kExitTimeout;
  } catch (const dhg::Error& error) {
    std::cerr << "dhg: " << error.what() << '\n';
    if (!error.hint().empty()) std::cerr << "dhg: " << error.hint() << '\n';
    return error.blame() == dhg::Blame::usage ? kExitUsage : kExitFailed;
  } catch (const std::exception& error) {
    std::cerr << "dhg: " << error.what() << '\n';
    return kExitFailed;
  }
}
