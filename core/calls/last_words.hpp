#pragma once

#include <filesystem>

namespace dhg::calls {

/// From now on, a plugin that crashes, or ends the process, is named on stderr, and the process
/// ends with text::kExitFailed, which no program's end is taken for. So is a crash of dhg itself.
/// Once, on the main thread.
void have_last_words();
/// main() is about to return: whoever ends the process now may.
void end_is_expected() noexcept;

/// What is called from `library` by nobody we know of, as from a thread of its own, is the
/// callee's.
/// @param callee see calls::callee()
void know_library(const char* callee, const std::filesystem::path& library);

/// For _exit(): returns if no plugin has called it.
void refuse_plugins_exit() noexcept;

} // namespace dhg::calls
