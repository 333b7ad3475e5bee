#include "compare/machine.hpp"

#include "os/machine.hpp"
#include "os/processors.hpp"

#include <fmt/format.h>
#include <fstream>

namespace dhg::compare {
namespace {

std::string cpu_model() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const auto colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown";
}

} // namespace

Machine this_machine() {
  Machine machine;
  machine.cpu = cpu_model();
  machine.processors = os::usable_processors();
  machine.memory_bytes = os::physical_memory();
  machine.kernel = os::kernel_release();
  return machine;
}

std::string differs(const Machine& a, const Machine& b) {
  std::string text;
  const auto check = [&](const char* what, const std::string& x, const std::string& y) {
    if (x != y)
      text += fmt::format("{}{}: '{}' there, '{}' here", text.empty() ? "" : "; ", what, x, y);
  };
  check("processor", a.cpu, b.cpu);
  check("processors", std::to_string(a.processors), std::to_string(b.processors));
  check("kernel", a.kernel, b.kernel);
  check("accelerator", a.accelerator, b.accelerator);
  return text;
}

} // namespace dhg::compare
