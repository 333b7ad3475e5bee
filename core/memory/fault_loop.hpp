#pragma once

#include "memory/call_watch.hpp"
#include "memory/managed_memory.hpp"

namespace dhg::memory {

/// Serves the faults of `memory` through `server`, in the calling thread, until
/// `vmm` (a pidfd) or `stop` becomes readable or something fails (see
/// memory.failure()). Each call of the page server is told to `watch`.
void run_fault_loop(ManagedMemory& memory, PageServer& server, CallWatch& watch, int vmm, int stop);

} // namespace dhg::memory
