#pragma once

#include "calls/supervisor.hpp"
#include "dhg/result_channel.hpp"
#include "dhg/vm_launcher.hpp"

#include <memory>

namespace dhg::plugin {

/// The plugin's object behind one of ours: each call is watched by `supervisor`, what it throws
/// has the plugin's name, and what it returns is checked. The supervisor is borrowed.
/// @param callee see calls::callee()
[[nodiscard]] std::unique_ptr<VmLauncher> supervised(std::unique_ptr<VmLauncher> launcher,
                                                     const char* callee,
                                                     calls::Supervisor& supervisor);
[[nodiscard]] std::unique_ptr<ResultChannel> supervised(std::unique_ptr<ResultChannel> channel,
                                                        const char* callee,
                                                        calls::Supervisor& supervisor);

} // namespace dhg::plugin
