#pragma once

#include "dhg/host.hpp"
#include "dhg/plugin.h"

#include <array>

namespace dhg::plugin {

inline constexpr std::array kAllKinds{DHG_PAGE_SERVER, DHG_RESULT_CHANNEL, DHG_VM_LAUNCHER};

/// "page server": for messages.
[[nodiscard]] const char* kind_name(dhg_plugin_kind kind) noexcept;
/// "page_servers": the folder in which plugins of this kind are installed.
[[nodiscard]] const char* kind_folder(dhg_plugin_kind kind) noexcept;
/// "page_server": the section of the configuration that chooses one.
[[nodiscard]] const char* kind_section(dhg_plugin_kind kind) noexcept;
/// "page-server": on the command line.
[[nodiscard]] const char* kind_word(dhg_plugin_kind kind) noexcept;

} // namespace dhg::plugin
