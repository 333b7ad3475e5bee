#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dhg::text {

/// Those of `names` that somebody who typed `typed` may have meant: few edits
/// away, or begun alike. In the order given, each once.
[[nodiscard]] std::vector<std::string> near_names(std::string_view typed,
                                                  const std::vector<std::string>& names);

} // namespace dhg::text
