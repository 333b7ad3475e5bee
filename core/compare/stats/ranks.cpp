#include "compare/stats/ranks.hpp"

#include <algorithm>
#include <numeric>

namespace dhg::compare::stats {

Ranks rank(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  Ranks ranks{std::vector<double>(values.size()), 0};
  for (std::size_t begin = 0; begin < order.size();) {
    auto end = begin;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    const auto ties = static_cast<double>(end - begin);
    const auto shared = (static_cast<double>(begin + 1) + static_cast<double>(end)) / 2;
    for (auto i = begin; i < end; ++i) ranks.of[order[i]] = shared;
    ranks.tie_sum += ties * ties * ties - ties;
    begin = end;
  }
  return ranks;
}

} // namespace dhg::compare::stats
