#pragma once

#include "dhg/plugin.h"

#include <array>

namespace dhg {
class PageServer;
class ResultChannel;
class VmLauncher;
} // namespace dhg

namespace dhg::plugin {

inline constexpr std::array kAllKinds{DHG_PAGE_SERVER, DHG_RESULT_CHANNEL, DHG_VM_LAUNCHER};

/// "page server": for messages.
[[nodiscard]] const char* kind_name(dhg_plugin_kind kind) noexcept;
/// "page_servers": the folder in which plugins of this kind are installed.
[[nodiscard]] const char* kind_folder(dhg_plugin_kind kind) noexcept;

/// The kind whose plugins implement an interface.
template <class Interface>
inline constexpr dhg_plugin_kind kKindOf = dhg_plugin_kind{};
template <>
inline constexpr dhg_plugin_kind kKindOf<PageServer> = DHG_PAGE_SERVER;
template <>
inline constexpr dhg_plugin_kind kKindOf<ResultChannel> = DHG_RESULT_CHANNEL;
template <>
inline constexpr dhg_plugin_kind kKindOf<VmLauncher> = DHG_VM_LAUNCHER;

} // namespace dhg::plugin
