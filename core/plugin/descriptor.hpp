#pragma once

#include "dhg/plugin.hpp"

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>

namespace dhg::plugin {

/// Whether a plugin can be called so: lower-case letters, digits, '-'.
[[nodiscard]] bool is_plugin_name(std::string_view name) noexcept;

/// Checks what a library exports as `dhg_plugin`, before anything else of the
/// library is believed. Of the memory only `symbol` and the strings and options
/// that it points to are read, and those no further than their limits.
///
/// @param symbol  the bytes of the symbol
/// @param library for messages
/// @return the descriptor, in place; what was added since its ABI is not there (traits_of)
/// @throws Error that says what was found, what was expected and what to do
const dhg_plugin_descriptor& check_descriptor(std::span<const std::byte> symbol,
                                              const std::filesystem::path& library);

/// What a page server declares of itself; nothing, if it was built before one could.
[[nodiscard]] Traits traits_of(const dhg_plugin_descriptor& descriptor) noexcept;

} // namespace dhg::plugin
