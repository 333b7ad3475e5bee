#include "command.hpp"

#include "dhg/error.hpp"
#include "os/descriptors.hpp"
#include "os/ear.hpp"
#include "text/exit_codes.hpp"

#include <iostream>

using dhg::text::kExitFailed;
using dhg::text::kExitTimeout;
using dhg::text::kExitUsage;

int main(int argc, char** argv) {
  const auto started = std::chrono::steady_clock::now();
  dhg::os::fill_standard_descriptors();
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
