#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace dhg::compare {

/// In each round every variant once, in an order drawn anew: what drifts on the
/// machine hits all alike. The same seed gives the same order on every machine.
[[nodiscard]] std::vector<std::vector<std::size_t>> draw_rounds(std::size_t variants,
                                                                std::size_t rounds,
                                                                std::uint64_t seed);

} // namespace dhg::compare
