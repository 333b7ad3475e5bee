#include "run/plugins.hpp"

#include "dhg/error.hpp"

#include <fmt/format.h>

namespace dhg::run {

void require_met(const std::vector<Requirement>& requirements) {
  for (const auto& requirement : requirements)
    if (!requirement.met)
      throw Error(Blame::environment, fmt::format("{}: {}", requirement.name, requirement.detail),
                  requirement.remedy);
}

} // namespace dhg::run
