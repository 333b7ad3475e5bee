#pragma once

#include "compare/explain/evidence.hpp"

#include <optional>
#include <string>
#include <vector>

namespace dhg::compare::explain {

/// What a page server declares of itself: what there is to suggest.
struct PageServerFacts {
  std::string name;
  bool serves_faults = true;
  bool learns = false;
  bool attaches_at_once = false; ///< copies nothing before the guest runs
  std::uint64_t fault_bytes = 0; ///< installed around a fault, aligned; 0: that varies
};

/// A step of the run, none of which overlap.
struct Step {
  std::string name;
  double ms = 0;
  double share = 0; ///< of the whole run, 0..1
};

/// What the record suggests to change.
struct Suggestion {
  std::string setting;            ///< "page_server.plugin=NAME"; empty: not a setting of dhg
  std::string what;               ///< in a sentence
  std::optional<double> saves_ms; ///< an estimate; nothing where the record cannot tell
  std::string basis;              ///< what the estimate stands on
};

/// Every statement follows from the record alone.
struct Explanation {
  std::vector<Step> steps;             ///< the longest first
  std::vector<std::string> memory;     ///< sentences about faults and pages
  std::vector<Suggestion> suggestions; ///< the largest saving first
};

/// Pure. @param servers those that could be used instead
[[nodiscard]] Explanation explain(const Evidence& evidence,
                                  const std::vector<PageServerFacts>& servers);

} // namespace dhg::compare::explain
