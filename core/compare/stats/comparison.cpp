#include "compare/stats/comparison.hpp"

#include "compare/stats/summary.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <vector>

namespace dhg::compare::stats {
Comparison compare_paired(std::span<const double> thing, std::span<const double> reference,
                          std::uint64_t seed) {
  Comparison result;
  result.pairs = std::min(thing.size(), reference.size());
  if (result.pairs == 0) return result;
  std::vector<double> differences;
  std::vector<double> ratios;
  for (std::size_t i = 0; i < result.pairs; ++i) {
    differences.push_back(thing[i] - reference[i]);
    ratios.push_back(thing[i] / reference[i]);
  }
  const Bootstrap bootstrap(seed);
  result.difference = median(differences);
  result.difference_ci = bootstrap.median(differences);
  result.ratio = median(ratios);
  result.ratio_ci = bootstrap.median(ratios);
  result.test = wilcoxon_signed_rank(differences);
  result.p_corrected = result.test.p;
  return result;
}

Comparison compare_samples(std::span<const double> thing, std::span<const double> reference,
                           std::uint64_t seed) {
  Comparison result;
  result.paired = false;
  result.pairs = std::min(thing.size(), reference.size());
  if (result.pairs == 0) return result;
  result.difference = median(thing) - median(reference);
  result.ratio = median(thing) / median(reference);
  result.ratio_ci = Bootstrap(seed).ratio_of_medians(thing, reference);
  result.test = mann_whitney(thing, reference);
  result.p_corrected = result.test.p;
  return result;
}

Verdict verdict(const Comparison& comparison) {
  if (comparison.pairs == 0) return Verdict::not_comparable;
  if (!(comparison.p_corrected < kSignificant)) return Verdict::no_difference_shown;
  if (comparison.ratio_ci.high < 1) return Verdict::faster;
  if (comparison.ratio_ci.low > 1) return Verdict::slower;
  return Verdict::no_difference_shown;
}

std::string in_words(const Comparison& comparison) {
  const auto& [low, high] = comparison.ratio_ci;
  switch (verdict(comparison)) {
    case Verdict::faster:
      return fmt::format("faster by {:.2f}x [{:.2f}, {:.2f}]", 1 / comparison.ratio, 1 / high,
                         1 / low);
    case Verdict::slower:
      return fmt::format("slower by {:.2f}x [{:.2f}, {:.2f}]", comparison.ratio, low, high);
    case Verdict::no_difference_shown:
      return fmt::format("no difference shown (ratio {:.2f} [{:.2f}, {:.2f}])", comparison.ratio,
                         low, high);
    case Verdict::not_comparable:
      break;
  }
  return "not comparable: no round in which both succeeded";
}

} // namespace dhg::compare::stats
