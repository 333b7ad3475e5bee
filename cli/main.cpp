#include "command.hpp"

#include "calls/last_words.hpp"
#include "dhg/error.hpp"
#include "dhg/export.h"
#include "os/crash.hpp"
#include "os/descriptors.hpp"
#include "os/ear.hpp"
#include "text/exit_codes.hpp"

#include <iostream>

using dhg::text::kExitFailed;
using dhg::text::kExitTimeout;
using dhg::text::kExitUsage;

namespace {

int run(int argc, char** argv, std::chrono::steady_clock::time_point started) {
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

} // namespace

// Stands before libc's for the plugins, which the core loads: where one of them calls it, the
// exit code would be taken for the program's.
extern "C" DHG_API void _exit(int status) {
  dhg::calls::refuse_plugins_exit();
  dhg::os::end_process(status);
}
extern "C" DHG_API void _Exit(int status) noexcept { _exit(status); }

int main(int argc, char** argv) {
  const auto started = std::chrono::steady_clock::now();
  dhg::os::fill_standard_descriptors();
  dhg::calls::have_last_words();
  const int code = run(argc, argv, started);
  dhg::calls::end_is_expected();
  return code;
}
