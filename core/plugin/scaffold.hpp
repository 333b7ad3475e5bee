#pragma once

#include "dhg/plugin.h"

#include <filesystem>
#include <string>

namespace dhg::plugin {

/// Writes the sources of a new plugin: those of its kind's template, with its name.
/// @param templates share/dhg/templates
/// @param folder    made; must not be there. Its last part is the plugin's name
/// @throws Error(Blame::usage) if the name is no plugin's or the folder is there;
///   Error if it cannot be written: then nothing of it is left
void write_plugin_sources(const std::filesystem::path& templates, dhg_plugin_kind kind,
                          const std::filesystem::path& folder);

} // namespace dhg::plugin
