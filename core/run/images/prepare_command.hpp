#pragma once

#include "config/settings.hpp"

#include <string>

namespace dhg::run {

/// The command that makes the snapshot which these settings want, for a shell: it names the
/// same config, and repeats the flags. Pure.
/// @param version of the image; empty for an image that comes in none
[[nodiscard]] std::string prepare_command(const config::Settings& settings,
                                          const std::string& version);

} // namespace dhg::run
