#include "compare/schedule.hpp"

#include <boost/random/mersenne_twister.hpp>
#include <boost/random/uniform_int_distribution.hpp>
#include <numeric>
#include <utility>

namespace dhg::compare {

std::vector<std::vector<std::size_t>> draw_rounds(std::size_t variants, std::size_t rounds,
                                                  std::uint64_t seed) {
  boost::random::mt19937_64 generator(seed);
  std::vector<std::vector<std::size_t>> result(rounds, std::vector<std::size_t>(variants));
  for (auto& order : result) {
    std::iota(order.begin(), order.end(), std::size_t{0});
    // Fisher and Yates; std::shuffle may draw differently elsewhere.
    for (auto left = order.size(); left > 1; --left) {
      const boost::random::uniform_int_distribution<std::size_t> any(0, left - 1);
      std::swap(order[left - 1], order[any(generator)]);
    }
  }
  return result;
}

} // namespace dhg::compare
