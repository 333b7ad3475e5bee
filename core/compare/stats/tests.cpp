#include "compare/stats/tests.hpp"

#include "compare/stats/ranks.hpp"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <numeric>

namespace dhg::compare::stats {
namespace {

constexpr std::size_t kMostForExact = 50;

double two_sided(double z) {
  return std::min(1.0, 2 * cdf(complement(boost::math::normal(), std::abs(z))));
}

// With half a step taken off, for a sum of ranks is not continuous.
double corrected_z(double statistic, double mean, double deviation) {
  const auto distance = std::max(0.0, std::abs(statistic - mean) - 0.5);
  return distance / deviation;
}

// P(sum of ranks with random signs <= least), counted over all 2^n signs. Ranks are
// doubled, for a shared one may end in .5.
double share_at_most(const std::vector<double>& ranks, double least) {
  std::vector<double> share{1};
  for (const auto rank : ranks) {
    const auto step = static_cast<std::size_t>(std::lround(2 * rank));
    share.resize(share.size() + step);
    for (auto i = share.size(); i-- > 0;)
      share[i] = (share[i] + (i >= step ? share[i - step] : 0)) / 2;
  }
  const auto last = static_cast<std::ptrdiff_t>(std::lround(2 * least));
  return std::accumulate(share.begin(), share.begin() + last + 1, 0.0);
}

} // namespace

TestResult wilcoxon_signed_rank(std::span<const double> differences) {
  std::vector<double> sizes;
  std::vector<bool> positive;
  for (const auto d : differences) {
    if (d == 0) continue;
    sizes.push_back(std::abs(d));
    positive.push_back(d > 0);
  }
  if (sizes.empty()) return {0, 1, true, 0};
  const auto ranks = rank(sizes);
  const auto n = static_cast<double>(sizes.size());
  double plus = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i)
    if (positive[i]) plus += ranks.of[i];
  const auto smaller = std::min(plus, n * (n + 1) / 2 - plus);
  if (sizes.size() <= kMostForExact)
    return {smaller, std::min(1.0, 2 * share_at_most(ranks.of, smaller)), true, sizes.size()};
  const auto deviation = std::sqrt(n * (n + 1) * (2 * n + 1) / 24 - ranks.tie_sum / 48);
  return {smaller, two_sided(corrected_z(smaller, n * (n + 1) / 4, deviation)), false,
          sizes.size()};
}

TestResult mann_whitney(std::span<const double> a, std::span<const double> b) {
  if (a.empty() || b.empty()) return {};
  std::vector<double> all(a.begin(), a.end());
  all.insert(all.end(), b.begin(), b.end());
  const auto ranks = rank(all);
  const auto in_a = static_cast<double>(a.size());
  const auto in_b = static_cast<double>(b.size());
  const auto n = in_a + in_b;
  const auto sum = std::accumulate(ranks.of.begin(),
                                   ranks.of.begin() + static_cast<std::ptrdiff_t>(a.size()), 0.0);
  const auto u = sum - in_a * (in_a + 1) / 2;
  const auto deviation = std::sqrt(in_a * in_b / 12 * (n + 1 - ranks.tie_sum / (n * (n - 1))));
  if (!(deviation > 0)) return {u, 1, false, all.size()}; // all are equal
  return {u, two_sided(corrected_z(u, in_a * in_b / 2, deviation)), false, all.size()};
}

std::vector<double> holm(std::span<const double> p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  std::vector<double> corrected(p.size());
  double most = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    most = std::max(most, std::min(1.0, static_cast<double>(p.size() - i) * p[order[i]]));
    corrected[order[i]] = most;
  }
  return corrected;
}

} // namespace dhg::compare::stats
