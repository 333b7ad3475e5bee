#pragma once

namespace dhg::text {

/// What dhg ends with, besides the program's own exit code and 128 + n for a signal.
/// docs/running.md promises them to scripts.
inline constexpr int kExitUsage = 2;     ///< a mistake in the command line or in a config
inline constexpr int kExitTimeout = 124; ///< the time limit was reached, as timeout(1) has it
inline constexpr int kExitFailed = 125;  ///< dhg or the VM failed

} // namespace dhg::text
