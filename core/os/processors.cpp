#include "os/processors.hpp"

namespace dhg::os {

std::optional<Processors> processors_of(pid_t thread) noexcept {
  Processors set;
  if (sched_getaffinity(thread, sizeof set, &set) != 0) return std::nullopt;
  return set;
}

std::optional<Processors> current_processor() noexcept {
  const int here = sched_getcpu();
  if (here < 0) return std::nullopt;
  Processors one;
  CPU_ZERO(&one);
  CPU_SET(static_cast<unsigned>(here), &one);
  return one;
}

bool confine(pid_t thread, const Processors& to) noexcept {
  return sched_setaffinity(thread, sizeof to, &to) == 0;
}

unsigned usable_processors() noexcept {
  const auto set = processors_of(0);
  return set ? static_cast<unsigned>(CPU_COUNT(&*set)) : 0;
}

} // namespace dhg::os
