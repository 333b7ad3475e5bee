#include "config/units.hpp"

#include <fmt/format.h>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace dhg::config {
namespace {

// A decimal number and what follows it, blanks between them skipped.
std::optional<std::pair<std::uint64_t, std::string_view>> split_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || rest == text.data()) return std::nullopt;
  std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  while (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
  return std::pair{number, unit};
}

constexpr std::array kSizes{
    std::pair{"TiB", UINT64_C(1) << 40}, std::pair{"GiB", UINT64_C(1) << 30},
    std::pair{"MiB", UINT64_C(1) << 20}, std::pair{"KiB", UINT64_C(1) << 10}};
constexpr std::array kDurations{std::pair{"m", 60'000}, std::pair{"s", 1000}, std::pair{"ms", 1}};

} // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) {
  const auto parts = split_number(text);
  if (!parts) return std::nullopt;
  const auto [number, unit] = *parts;
  if (unit.empty() || unit == "B") return number;
  for (const auto& [name, factor] : kSizes)
    if (unit == name && number <= std::numeric_limits<std::uint64_t>::max() / factor)
      return number * factor;
  return std::nullopt;
}

std::optional<std::string> suggest_size(std::string_view text) {
  const auto parts = split_number(text);
  if (!parts || parse_size(text)) return std::nullopt;
  std::string unit(parts->second);
  for (auto& c : unit) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  for (const auto& [name, factor] : kSizes) {
    const auto letter = static_cast<char>(name[0] - 'A' + 'a');
    if (unit != std::string{letter} && unit != std::string{letter, 'b'} &&
        unit != std::string{letter, 'i', 'b'})
      continue;
    auto meant = fmt::format("{}{}", parts->first, name);
    if (parse_size(meant)) return meant;
  }
  return std::nullopt;
}

std::string format_size(std::uint64_t bytes) {
  for (const auto& [name, factor] : kSizes)
    if (bytes != 0 && bytes % factor == 0) return fmt::format("{}{}", bytes / factor, name);
  return fmt::format("{}", bytes);
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  constexpr std::uint64_t kLongest = UINT64_C(366) * 24 * 3600 * 1000;
  const auto parts = split_number(text);
  if (!parts) return std::nullopt;
  const auto unit = parts->second.empty() ? "s" : parts->second;
  for (const auto& [name, factor] : kDurations)
    if (unit == name && parts->first <= kLongest / static_cast<unsigned>(factor))
      return std::chrono::milliseconds(parts->first * static_cast<unsigned>(factor));
  return std::nullopt;
}

std::string format_duration(std::chrono::milliseconds duration) {
  for (const auto& [name, factor] : kDurations)
    if (duration.count() != 0 && duration.count() % factor == 0)
      return fmt::format("{}{}", duration.count() / factor, name);
  return "0s";
}

} // namespace dhg::config
