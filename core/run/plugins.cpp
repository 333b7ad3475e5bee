#include "run/plugins.hpp"

#include "dhg/error.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace dhg::run {

memory::CallLimits call_limits(const config::Settings& settings) {
  memory::CallLimits limits;
  limits.running = settings.page_server.patience;
  limits.before_run = std::max(limits.before_run, limits.running);
  return limits;
}

void require_met(const std::vector<Requirement>& requirements) {
  for (const auto& requirement : requirements)
    if (!requirement.met)
      throw Error(Blame::environment, fmt::format("{}: {}", requirement.name, requirement.detail),
                  requirement.remedy);
}

} // namespace dhg::run
