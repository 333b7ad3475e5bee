#pragma once

#include <string>

namespace dhg::cli {

/// Scripts that complete commands, options, and the names of files where a value or
/// an argument is one.
[[nodiscard]] std::string bash_completion();
[[nodiscard]] std::string zsh_completion();
[[nodiscard]] std::string fish_completion();

} // namespace dhg::cli
