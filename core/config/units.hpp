#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dhg::config {

/// "4096", "64KiB", "512 MiB", "1GiB" -> bytes. Nothing if it is not that or too large.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);
/// "512MB", "2g" -> "512MiB", "2GiB": what was meant by what parse_size refuses.
/// Decimal units are refused, for half of the world means the binary ones by them.
[[nodiscard]] std::optional<std::string> suggest_size(std::string_view text);
/// The shortest exact form: "512MiB".
[[nodiscard]] std::string format_size(std::uint64_t bytes);

/// "500ms", "30s", "5m", and "30", which means seconds -> duration. Nothing if it is not that or
/// too long.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
[[nodiscard]] std::string format_duration(std::chrono::milliseconds duration);

} // namespace dhg::config
