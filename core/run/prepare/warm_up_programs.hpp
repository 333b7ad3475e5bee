#pragma once

#include "run/images/recipe.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace dhg::run {

/// A program of a warm-up.
struct WarmUpProgram {
  std::string family;
  std::string name; ///< of its file
  std::string text;
  unsigned runs = 1;
  bool may_fail = false; ///< whether the others go on then
};

inline constexpr const char* kFullWarmUp = "full";   ///< the recipe's families and its own programs
inline constexpr const char* kQuickWarmUp = "quick"; ///< its own programs only

/// The programs that a choice means, in the order in which they run: by family and name, the
/// recipe's own at the end, so that what every run needs was used last.
/// @param choice kFullWarmUp, kQuickWarmUp, or a folder of families, instead of the recipe's
/// @throws Error(Blame::usage) for a folder without programs, or a file that cannot be read
[[nodiscard]] std::vector<WarmUpProgram> choose_warm_up(const Recipe& recipe,
                                                        const std::string& choice);

/// The same for two lists only if they are the same.
[[nodiscard]] std::string digest_of(const std::vector<WarmUpProgram>& programs);

} // namespace dhg::run
