// Reference values are SciPy 1.17.1's and NumPy's, each with the call that made it;
// those marked "published" stand in R's or SciPy's own documentation.

#include "compare/stats/comparison.hpp"
#include "compare/stats/ranks.hpp"
#include "compare/stats/summary.hpp"
#include "compare/stats/tests.hpp"

#include <catch2/catch_all.hpp>
#include <cmath>
#include <random>
#include <vector>

using namespace dhg::compare::stats;
using Catch::Matchers::ContainsSubstring;
using Values = std::vector<double>;

namespace {

Catch::Approx near(double value) { return Catch::Approx(value).epsilon(1e-9); }

} // namespace

TEST_CASE("stats: quantiles as numpy.quantile([7, 1, 5, 2, 9, 3], [.1, .25, .5, .75])") {
  const Values values{7, 1, 5, 2, 9, 3};
  CHECK(quantile(values, 0.1) == near(1.5));
  CHECK(quantile(values, 0.25) == near(2.25));
  CHECK(median(values) == near(4));
  CHECK(quantile(values, 0.75) == near(6.5));
  const auto all = summarize(values);
  CHECK(all.count == 6);
  CHECK(all.minimum == 1);
  CHECK(all.maximum == 9);
  CHECK(all.mean == near(4.5));
  CHECK(median(Values{3}) == 3);
  CHECK(summarize({}).count == 0);
}

TEST_CASE("stats: ranks as scipy.stats.rankdata([3, 1, 3, 2, 3])") {
  const auto ranks = rank(Values{3, 1, 3, 2, 3});
  CHECK(ranks.of == Values{4, 1, 4, 2, 4});
  CHECK(ranks.tie_sum == 24);
}

TEST_CASE("stats: signed rank, exact: Hollander and Wolfe's depression data") {
  // Published: R's ?wilcox.test, paired = TRUE, alternative = "greater": p = 0.01953;
  // scipy.stats.wilcoxon(x - y): statistic 5, p 0.0390625.
  const Values x{1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
  const Values y{0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29};
  Values differences;
  for (std::size_t i = 0; i < x.size(); ++i) differences.push_back(x[i] - y[i]);
  const auto result = wilcoxon_signed_rank(differences);
  CHECK(result.exact);
  CHECK(result.statistic == 5);
  CHECK(result.p == near(0.0390625));
}

TEST_CASE("stats: signed rank, exact: Darwin's plants") {
  // Published: SciPy's documentation of wilcoxon: statistic 24, p 0.041259765625.
  const auto result =
      wilcoxon_signed_rank(Values{6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75});
  CHECK(result.statistic == 24);
  CHECK(result.p == near(0.041259765625));
}

TEST_CASE("stats: signed rank, exact with ties, zeros left out") {
  // scipy.stats.wilcoxon([1, 1, 2, -2, 3, -1, 4, 4, 5],
  //                      method=PermutationMethod(n_resamples=numpy.inf))
  const auto result = wilcoxon_signed_rank(Values{1, 1, 2, -2, 3, 0, -1, 4, 4, 5});
  CHECK(result.exact);
  CHECK(result.used == 9);
  CHECK(result.statistic == 6.5);
  CHECK(result.p == near(0.06640625));
}

TEST_CASE("stats: signed rank, many: the approximation, corrected for ties and continuity") {
  // scipy.stats.wilcoxon([(i * 37) % 23 - 9 for i in range(1, 81)], zero_method='wilcox',
  //                      correction=True, method='approx')
  Values differences;
  for (int i = 1; i <= 80; ++i) differences.push_back((i * 37) % 23 - 9);
  const auto result = wilcoxon_signed_rank(differences);
  CHECK_FALSE(result.exact);
  CHECK(result.used == 77);
  CHECK(result.statistic == 1013.5);
  CHECK(result.p == near(0.013233692823898592));
}

TEST_CASE("stats: signed rank of nothing, and of equal things, shows no difference") {
  CHECK(wilcoxon_signed_rank({}).p == 1);
  CHECK(wilcoxon_signed_rank(Values{0, 0, 0}).p == 1);
  CHECK(wilcoxon_signed_rank(Values{1, -1}).p == 1);
  CHECK(wilcoxon_signed_rank(Values{1}).p == 1);
  CHECK(wilcoxon_signed_rank(Values{1, 1, 1, 1, 1, 1}).p == near(2.0 / 64));
}

TEST_CASE("stats: Mann-Whitney") {
  // Published: SciPy's documentation of mannwhitneyu, method='asymptotic'.
  const auto result = mann_whitney(Values{19, 22, 16, 29, 24}, Values{20, 11, 17, 12});
  CHECK(result.statistic == 17);
  CHECK(result.p == near(0.11134688653314041));
  // scipy.stats.mannwhitneyu(a, b, method='asymptotic')
  const auto ties =
      mann_whitney(Values{1, 2, 2, 3, 4, 4, 4, 5, 6, 7}, Values{2, 3, 3, 5, 6, 6, 7, 8, 8, 9});
  CHECK(ties.statistic == 27);
  CHECK(ties.p == near(0.08669033248364577));
  CHECK(mann_whitney(Values{1, 1}, Values{1, 1}).p == 1);
  CHECK(mann_whitney({}, Values{1}).p == 1);
}

TEST_CASE("stats: Holm's correction as R's p.adjust(c(.01, .04, .03, .02), 'holm')") {
  const auto corrected = holm(Values{0.01, 0.04, 0.03, 0.02});
  REQUIRE(corrected.size() == 4);
  CHECK(corrected[0] == near(0.04));
  CHECK(corrected[1] == near(0.06));
  CHECK(corrected[2] == near(0.06));
  CHECK(corrected[3] == near(0.06));
  CHECK(holm(Values{0.9, 0.8})[0] == 1);
}

TEST_CASE("stats: a bootstrap interval is the same for the same seed") {
  const Values values{3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5};
  const auto once = Bootstrap(7).median(values);
  const auto again = Bootstrap(7).median(values);
  CHECK(once.low == again.low);
  CHECK(once.high == again.high);
  CHECK(once.low >= 1);
  CHECK(once.high <= 9);
  CHECK(once.low <= 4);
  CHECK(once.high >= 4);
  CHECK(Bootstrap(1).median(Values{2, 2, 2}).low == 2);
  CHECK(Bootstrap(1).ratio_of_medians(Values{6, 6}, Values{3, 3}).high == 2);
}

TEST_CASE("stats: the bootstrap interval of a median holds it in about 95 of 100 samples") {
  std::mt19937_64 generator(1);
  std::normal_distribution<double> normal(10, 2);
  int holds = 0;
  constexpr int kSamples = 60; // each takes a third of a second under a sanitizer
  for (int i = 0; i < kSamples; ++i) {
    Values sample;
    for (int j = 0; j < 30; ++j) sample.push_back(normal(generator));
    const auto interval = Bootstrap(static_cast<std::uint64_t>(i)).median(sample);
    if (interval.low <= 10 && 10 <= interval.high) ++holds;
  }
  CHECK(holds >= 52);
  CHECK(holds < kSamples);
}

TEST_CASE("stats: a comparison finds the ratio that is there, and says it in words") {
  Values slow;
  Values fast;
  for (int i = 0; i < 20; ++i) {
    slow.push_back(100 + i % 7);
    fast.push_back(slow.back() / 1.25 + 0.1 * (i % 3));
  }
  const auto result = compare_paired(fast, slow, 1);
  CHECK(verdict(result) == Verdict::faster);
  CHECK(result.ratio == Catch::Approx(0.8).epsilon(0.01));
  CHECK(result.ratio_ci.low <= result.ratio);
  CHECK(result.ratio_ci.high >= result.ratio);
  CHECK_THAT(in_words(result), ContainsSubstring("faster by 1.25x ["));
  const auto other = compare_paired(slow, fast, 1);
  CHECK(verdict(other) == Verdict::slower);
  CHECK_THAT(in_words(other), ContainsSubstring("slower by 1.25x ["));
}

TEST_CASE("stats: no difference is shown by equal things, few things, and no things") {
  const Values a{100, 102, 101, 99, 100, 103, 98, 100};
  const Values b{101, 100, 102, 98, 101, 101, 99, 100};
  CHECK(verdict(compare_paired(a, b, 1)) == Verdict::no_difference_shown);
  CHECK_THAT(in_words(compare_paired(a, b, 1)), ContainsSubstring("no difference shown"));
  // Five pairs cannot have p below 0.0625, however far apart they are.
  const Values slow{10, 11, 12, 13, 14};
  const Values fast{1, 2, 3, 4, 5};
  CHECK(verdict(compare_paired(fast, slow, 1)) == Verdict::no_difference_shown);
  CHECK(verdict(compare_paired({}, {}, 1)) == Verdict::not_comparable);
  // Sure for one comparison, not for one among many.
  Values slower;
  for (const auto value : a) slower.push_back(value * 1.1);
  auto one = compare_paired(slower, a, 1);
  CHECK(verdict(one) == Verdict::slower);
  one.p_corrected = 0.3;
  CHECK(verdict(one) == Verdict::no_difference_shown);
}
