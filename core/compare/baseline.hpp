#pragma once

#include "compare/analysis.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dhg::compare {

/// Times that were measured earlier, to compare with.
struct Baseline {
  std::string name;
  std::string began; ///< UTC, RFC 3339
  Machine machine;
  std::map<std::string, std::vector<double>> times_ms; ///< by variant; those that succeeded
};

/// Where the baselines are, below the cache.
class BaselineStore {
 public:
  explicit BaselineStore(const std::filesystem::path& cache) : folder_(cache / "baselines") {}

  /// The file of that name. @throws Error(Blame::usage) if it cannot be a file's
  [[nodiscard]] std::filesystem::path path(const std::string& name) const;
  /// @throws Error if there is none, or it is not what save() wrote
  [[nodiscard]] Baseline load(const std::string& name) const;
  /// Replaces what is there in one step. @param text of document()
  void save(const std::string& name, std::string_view text) const;

 private:
  std::filesystem::path folder_;
};

/// Of document(); every member that is used is checked.
/// @throws Error
[[nodiscard]] Baseline parse_baseline(const std::string& name, const std::string& text);

/// Each variant that the baseline has too, against it; p corrected for their number.
[[nodiscard]] std::vector<BaselineResult> compare_with(const Baseline& baseline,
                                                       const Measurement& measurement);

} // namespace dhg::compare
