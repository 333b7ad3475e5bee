#pragma once

#include "config/settings.hpp"
#include "os/signals.hpp"
#include "plugin/registry.hpp"
#include "run/layout.hpp"
#include "run/prepare/warm_up_programs.hpp"
#include "snapshot/store.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace dhg::run {

/// What prepare works with; all borrowed.
struct PrepareContext {
  const config::Settings& settings;
  const plugin::Registry& registry;
  snapshot::Store& store;
  const Layout& layout;
  os::SignalFd& signals;
  std::string dhg_version;
  /// Receives one line at a time about what is being done.
  std::function<void(std::string_view)> progress;
};

struct PrepareOptions {
  bool force = false;                ///< make the snapshot again even if it is there
  std::string warm_up = kFullWarmUp; ///< as choose_warm_up() takes it
};

/// What was made, and stays whatever happens next.
struct Made {
  bool image = false;
  bool snapshot = false;
};

/// Makes the image and the snapshot that the settings name, unless they are there
/// and made of the same parts. An existing snapshot stays usable until the new one
/// replaces it.
/// @param made told as it comes about, also if this throws
/// @throws Error; Interrupted at a signal. Nothing half-made is left.
void prepare(const PrepareOptions& options, const PrepareContext& context, Made& made);

} // namespace dhg::run
