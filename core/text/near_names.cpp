#include "text/near_names.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace dhg::text {
namespace {

// Levenshtein's distance, one row of the table at a time.
std::size_t edits_between(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({replaced, row[j] + 1, row[j - 1] + 1}));
    }
  }
  return row.back();
}

} // namespace

std::vector<std::string> near_names(std::string_view typed, const std::vector<std::string>& names) {
  constexpr std::size_t kLongest = 64; // the table grows with the square
  constexpr std::size_t kPrefix = 3;
  std::vector<std::string> result;
  typed = typed.substr(0, kLongest);
  for (const auto& name : names) {
    const auto allowed = std::max<std::size_t>(1, std::min(typed.size(), name.size()) / 3);
    const bool near = edits_between(typed, name) <= allowed ||
                      (typed.size() >= kPrefix && name.starts_with(typed));
    if (near && std::find(result.begin(), result.end(), name) == result.end())
      result.push_back(name);
  }
  return result;
}

} // namespace dhg::text
