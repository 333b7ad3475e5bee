#include "compare/stats/bootstrap.hpp"

#include "compare/stats/summary.hpp"

#include <boost/math/statistics/univariate_statistics.hpp>
#include <boost/random/mersenne_twister.hpp>
#include <boost/random/uniform_int_distribution.hpp>
#include <vector>

namespace dhg::compare::stats {
namespace {

// Boost's, for the standard leaves it open how a distribution uses its generator.
using Generator = boost::random::mt19937_64;

double median_of_resample(std::span<const double> values, Generator& generator,
                          std::vector<double>& room) {
  const boost::random::uniform_int_distribution<std::size_t> any(0, values.size() - 1);
  room.clear();
  for (std::size_t i = 0; i < values.size(); ++i) room.push_back(values[any(generator)]);
  return boost::math::statistics::median(room);
}

template <class Estimate>
Interval percentile_interval(std::uint64_t seed, Estimate estimate) {
  Generator generator(seed);
  std::vector<double> estimates;
  estimates.reserve(Bootstrap::kResamples);
  for (std::size_t i = 0; i < Bootstrap::kResamples; ++i) estimates.push_back(estimate(generator));
  constexpr auto kTail = (1 - Bootstrap::kLevel) / 2;
  return {quantile(estimates, kTail), quantile(estimates, 1 - kTail)};
}

} // namespace

Interval Bootstrap::median(std::span<const double> values) const {
  std::vector<double> room;
  return percentile_interval(
      seed_, [&](Generator& generator) { return median_of_resample(values, generator, room); });
}

Interval Bootstrap::ratio_of_medians(std::span<const double> a, std::span<const double> b) const {
  std::vector<double> room;
  return percentile_interval(seed_, [&](Generator& generator) {
    const auto above = median_of_resample(a, generator, room);
    return above / median_of_resample(b, generator, room);
  });
}

} // namespace dhg::compare::stats
