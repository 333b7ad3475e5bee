#pragma once

#include "command_line.hpp"
#include "config/settings.hpp"
#include "plugin/registry.hpp"
#include "run/layout.hpp"
#include "snapshot/store.hpp"

namespace dhg::cli {

/// The options that say what a run uses: --config, --set, --image.
void add_config_options(po::options_description& options);

/// The configuration as it was put together from file, environment and flags.
struct Setup {
  run::Layout layout;
  config::RawNode raw;
  config::Settings settings;
};

/// Reads --config (or $DHG_CONFIG, or the installed fast.yaml) and lays the
/// environment and the flags over it. @param ear listened to meanwhile; may be null
[[nodiscard]] Setup make_setup(const po::variables_map& values, const os::Ear* ear = nullptr);

[[nodiscard]] plugin::Registry make_registry(const run::Layout& layout);
/// @param ear see snapshot::Store
[[nodiscard]] snapshot::Store make_store(const os::Ear* ear = nullptr);

} // namespace dhg::cli
