#pragma once

#include <string_view>

namespace dhg::text {

/// Whether `text` has the form of a version: "41.1", "0.40.0rc1". A digit first, a '.'
/// somewhere, else letters and digits; at most 32 of them.
[[nodiscard]] bool is_version(std::string_view text);

/// Whether a name can be joined to a folder's path and stays in that folder:
/// letters, digits, '-', '_' and '.', the latter not in front; at most 200 of them.
[[nodiscard]] bool is_plain_name(std::string_view name);

} // namespace dhg::text
