#include "age.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <ctime>

namespace dhg::cli {

std::string age_of(const std::string& when) {
  std::tm parts{};
  if (strptime(when.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts) == nullptr) return "?";
  const auto seconds = std::max<std::time_t>(0, std::time(nullptr) - timegm(&parts));
  constexpr std::time_t kMinute = 60;
  constexpr std::time_t kHour = 60 * kMinute;
  constexpr std::time_t kDay = 24 * kHour;
  if (seconds < 2 * kMinute) return fmt::format("{} s", seconds);
  if (seconds < 2 * kHour) return fmt::format("{} min", seconds / kMinute);
  if (seconds < 2 * kDay) return fmt::format("{} h", seconds / kHour);
  return fmt::format("{} days", seconds / kDay);
}

} // namespace dhg::cli
