#pragma once

#include "dhg/plugin.h"

#include <string>
#include <utility>
#include <vector>

namespace dhg::cli {

/// The options of a plugin under test, from --set, on their way to the suite.
class PluginTestOptions {
 public:
  /// @param assignments "page_server.options.chunk=4KiB", for the plugin of `descriptor`
  /// @throws Error(Blame::usage) if one is none of its options, or cannot have this value
  PluginTestOptions(const std::vector<std::string>& assignments,
                    const dhg_plugin_descriptor& descriptor);

  /// For the suite's environment: "DHG_CONFORMANCE_OPTIONS={...}", in YAML.
  [[nodiscard]] std::string variable() const;
  /// " with chunk=4KiB"; empty if none was given.
  [[nodiscard]] std::string in_words() const;

 private:
  std::vector<std::pair<std::string, std::string>> given_;
};

} // namespace dhg::cli
