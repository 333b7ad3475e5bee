#pragma once

#include <string>
#include <string_view>

namespace dhg::text {

/// `text` as one word of a POSIX shell: in quotes only where it needs them.
[[nodiscard]] std::string shell_word(std::string_view text);

} // namespace dhg::text
