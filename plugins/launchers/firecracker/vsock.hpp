#pragma once

#include "dhg/deadline.hpp"
#include "dhg/unique_fd.hpp"

#include <chrono>
#include <filesystem>

namespace dhg_firecracker {

/// Connects to a port of the guest, through Firecracker's Unix socket: "CONNECT port",
/// answered by "OK port", and from then on a byte stream. Tries once, and where nobody
/// listens in the guest yet, again after each `pause` until the deadline.
/// @param vmm pidfd of Firecracker, borrowed
/// @throws dhg::Error at the deadline; FirecrackerEnded
[[nodiscard]] dhg::UniqueFd connect_vsock(const std::filesystem::path& socket, unsigned port,
                                          int vmm, std::chrono::milliseconds pause,
                                          dhg::Deadline deadline);

} // namespace dhg_firecracker
