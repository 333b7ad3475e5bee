#pragma once

#include <filesystem>

namespace dhg::run {

/// Where the parts of an installation are, relative to the running binary: an
/// installed tree works from any prefix, and the build tree has the same form.
struct Layout {
  std::filesystem::path plugins;        ///< lib/dhg/plugins
  std::filesystem::path configs;        ///< share/dhg/config
  std::filesystem::path guest_init;     ///< lib/dhg/guest/init
  std::filesystem::path guest_agent;    ///< share/dhg/guest/agent
  std::filesystem::path images;         ///< share/dhg/guest/images
  std::filesystem::path representative; ///< share/dhg/guest/representative
  std::filesystem::path templates;      ///< share/dhg/templates
  std::filesystem::path conformance;    ///< lib/dhg/conformance
  std::filesystem::path headers;        ///< include/dhg
};

/// @throws Error if /proc/self/exe cannot be read
[[nodiscard]] Layout installed_layout();

} // namespace dhg::run
