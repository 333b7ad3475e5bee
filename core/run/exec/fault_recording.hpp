#pragma once

#include "memory/managed_memory.hpp"

#include <string>
#include <vector>

namespace dhg::run {

/// Writes `faults` to the file `path`, which may be there already: after a line that
/// names the format one line a fault, with the page's offset in the memory file, "r"
/// or "w", and the nanoseconds since the first.
/// @throws Error
void write_fault_recording(const std::string& path, const std::vector<memory::ServedFault>& faults);

} // namespace dhg::run
