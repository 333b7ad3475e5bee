#pragma once

#include "memory/managed_memory.hpp"

namespace dhg::memory {

/// Serves the faults of `memory` through `server`, in the calling thread, until
/// `vmm` (a pidfd) or `stop` becomes readable or something fails (see
/// memory.failure()).
void run_fault_loop(ManagedMemory& memory, PageServer& server, int vmm, int stop);

} // namespace dhg::memory
