#include "os/resources.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>
#include <fstream>
#include <sstream>
#include <string>

namespace dhg::os {
namespace {

// "Name:\tvalue ..." of a file in /proc, as a number.
std::optional<std::int64_t> field(const std::string& path, const std::string& name) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(name + ":")) continue;
    std::int64_t value = 0;
    if (std::istringstream(line.substr(name.size() + 1)) >> value) return value;
  }
  return std::nullopt;
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

} // namespace

std::optional<ResourceUse> resources_of(int pidfd) {
  const auto pid = field(fmt::format("/proc/self/fdinfo/{}", pidfd), "Pid");
  if (!pid || *pid <= 0) return std::nullopt;
  const auto peak_kib = field(fmt::format("/proc/{}/status", *pid), "VmHWM");
  std::ifstream file(fmt::format("/proc/{}/stat", *pid));
  std::string line;
  if (!peak_kib || !std::getline(file, line)) return std::nullopt;
  // The name in brackets may hold anything: what counts begins behind the last one.
  std::istringstream rest(line.substr(line.rfind(')') + 1));
  std::string skipped;
  constexpr int kBeforeMajorFaults = 9; // state, ppid ... cminflt: see proc(5)
  for (int i = 0; i < kBeforeMajorFaults; ++i) rest >> skipped;
  ResourceUse use;
  double user = 0;
  double system = 0;
  rest >> use.major_faults >> skipped >> user >> system;
  if (!rest) return std::nullopt;
  use.cpu_seconds = (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
  use.peak_bytes = static_cast<std::uint64_t>(*peak_kib) * 1024;
  return use;
}

ResourceUse own_resources() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  // Not ru_maxrss: that counts what was resident before exec(2), which is our parent's.
  const auto peak_kib = field("/proc/self/status", "VmHWM").value_or(0);
  return {seconds(used.ru_utime) + seconds(used.ru_stime),
          static_cast<std::uint64_t>(peak_kib) * 1024, static_cast<std::uint64_t>(used.ru_majflt)};
}

} // namespace dhg::os
