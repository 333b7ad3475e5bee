#include "run/exec/fault_recording.hpp"

#include "dhg/error.hpp"

#include <fmt/format.h>
#include <cerrno>
#include <chrono>
#include <fstream>

namespace dhg::run {

void write_fault_recording(const std::string& path,
                           const std::vector<memory::ServedFault>& faults) {
  std::string text = "dhg fault recording 1\n";
  for (const auto& fault : faults)
    text += fmt::format("{} {} {}\n", fault.page.offset, fault.page.write ? 'w' : 'r',
                        std::chrono::nanoseconds(fault.at - faults.front().at).count());
  std::ofstream file(path, std::ios::trunc);
  file << text;
  file.flush();
  if (!file) throw system_error(errno, fmt::format("cannot write '{}'", path));
}

} // namespace dhg::run
