#pragma once

#include "dhg/plugin.h"

#include <filesystem>
#include <span>
#include <string_view>

namespace dhg::plugin {

/// Checks the options that a plugin declares: names, types, bounds, choices, and
/// defaults that would be accepted if the user had written them.
/// @param library for messages
/// @throws Error
void check_option_declarations(std::span<const dhg_option> options, std::string_view plugin_name,
                               const std::filesystem::path& library);

} // namespace dhg::plugin
