#pragma once

#include "dhg/result_channel.hpp"
#include "dhg/vm_launcher.hpp"

#include <optional>
#include <string>
#include <vector>

namespace dhg::run {

/// What ran out, and the setting that gives more.
struct OutOfMemory {
  std::string message;
  std::string hint;
};

/// The guest's kernel ended the program because it needed the memory.
[[nodiscard]] OutOfMemory out_of_guest_memory(const MachineSpec& machine);

/// Nothing unless `error` says that memory ran out.
/// @param jvm_args those of the JVM that shares the program's process; empty without one
[[nodiscard]] std::optional<OutOfMemory> out_of_memory(const CodeError& error,
                                                       const MachineSpec& machine,
                                                       const std::vector<std::string>& jvm_args);

} // namespace dhg::run
