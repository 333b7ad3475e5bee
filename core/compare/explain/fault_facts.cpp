#include "compare/explain/fault_facts.hpp"

#include "compare/stats/summary.hpp"

#include <set>

namespace dhg::compare::explain {

FaultFacts fault_facts(const Evidence& evidence) {
  constexpr double kMiB = 1024.0 * 1024.0;
  FaultFacts facts;
  std::vector<double> lengths;
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
    bytes += installed;
  }
  if (lengths.empty()) return facts;
  facts.faults = lengths.size();
  facts.median_us = stats::median(lengths);
  facts.p95_us = stats::quantile(lengths, 0.95);
  facts.bytes_a_ms = facts.service_ms > 0 ? bytes / facts.service_ms : 0;
  return facts;
}

std::uint64_t blocks_of(const Evidence& evidence, std::uint64_t size) {
  std::set<std::uint64_t> blocks;
  for (const auto& served : evidence.served)
    if (!served.background) blocks.insert(served.offset / size);
  return blocks.size();
}

} // namespace dhg::compare::explain
