#include "compare/explain/fault_facts.hpp"

#include "compare/stats/summary.hpp"

#include <set>

namespace dhg::compare::explain {

FaultFacts fault_facts(const Evidence& evidence) {
  constexpr std::uint64_t kBlock = 2UL * 1024 * 1024;
  constexpr double kMiB = 1024.0 * 1024.0;
  FaultFacts facts;
  std::vector<double> lengths;
  std::set<std::uint64_t> blocks;
  double bytes = 0;
  for (const auto& served : evidence.served) {
    const auto installed = static_cast<double>(served.copied_bytes + served.zeroed_bytes);
    if (served.background) {
      facts.background_ms += served.length_ms;
      facts.background_mib += installed / kMiB;
      continue;
    }
    lengths.push_back(served.length_ms * 1000);
    facts.service_ms += served.length_ms;
    blocks.insert(served.offset / kBlock);
    bytes += installed;
  }
  if (lengths.empty()) return facts;
  facts.faults = lengths.size();
  facts.median_us = stats::median(lengths);
  facts.p95_us = stats::quantile(lengths, 0.95);
  facts.blocks = blocks.size();
  facts.bytes_a_ms = facts.service_ms > 0 ? bytes / facts.service_ms : 0;
  return facts;
}

} // namespace dhg::compare::explain
