#pragma once

#include "dhg/result_channel.hpp"

#include <memory>
#include <string>
#include <vector>

namespace dhg::conformance {

struct LoadedChannel {
  std::string name;
  std::unique_ptr<ResultChannel> object;
};

/// The channels that the suite is about, made with given_options(): those whose
/// absolute paths DHG_CONFORMANCE_PLUGINS lists, separated by ':', else those that are
/// installed beside this program.
/// @throws Error if one cannot be loaded or is no result channel
[[nodiscard]] const std::vector<LoadedChannel>& all_channels();

} // namespace dhg::conformance
