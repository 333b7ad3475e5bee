#include "compare/stats/summary.hpp"

#include <algorithm>
#include <boost/math/statistics/univariate_statistics.hpp>
#include <cmath>
#include <vector>

namespace dhg::compare::stats {
namespace {

std::vector<double> sorted(std::span<const double> values) {
  std::vector<double> result(values.begin(), values.end());
  std::sort(result.begin(), result.end());
  return result;
}

double quantile_of_sorted(const std::vector<double>& values, double p) {
  const auto at = p * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const auto above = std::min(below + 1, values.size() - 1);
  return std::lerp(values[below], values[above], at - static_cast<double>(below));
}

} // namespace

double quantile(std::span<const double> values, double p) {
  return quantile_of_sorted(sorted(values), p);
}

double median(std::span<const double> values) {
  std::vector<double> copy(values.begin(), values.end());
  return boost::math::statistics::median(copy);
}

Summary summarize(std::span<const double> values) {
  if (values.empty()) return {};
  const auto in_order = sorted(values);
  return {in_order.size(),
          in_order.front(),
          quantile_of_sorted(in_order, 0.25),
          quantile_of_sorted(in_order, 0.5),
          quantile_of_sorted(in_order, 0.75),
          in_order.back(),
          boost::math::statistics::mean(in_order)};
}

} // namespace dhg::compare::stats
