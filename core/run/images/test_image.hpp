#pragma once

#include "os/signals.hpp"
#include "run/layout.hpp"
#include "snapshot/staging.hpp"
#include "snapshot/store.hpp"

namespace dhg::run {

/// A folder with what the conformance suite of launchers boots: vmlinuz, vmlinux,
/// rootfs.erofs and initrd, of an image that a snapshot was made of. Goes with the
/// object.
/// @throws Error if there is no such image; Interrupted
[[nodiscard]] snapshot::Staging stage_test_image(const snapshot::Store& store, const Layout& layout,
                                                 os::SignalFd& signals);

} // namespace dhg::run
