#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace dhg_firecracker {

/// Major, minor, patch.
using Version = std::array<unsigned, 3>;

/// The first that restores a snapshot with a socket of each run's own and with a vsock
/// that works afterwards.
inline constexpr Version kLeastVersion{1, 16, 1};

[[nodiscard]] std::string to_string(const Version& version);

/// Of "Firecracker v1.16.1" or "1.16.1-dev", the first number of three parts in it.
[[nodiscard]] std::optional<Version> parse_version(std::string_view text);

/// What `binary --version` says. Takes at most some seconds.
/// @throws dhg::Error if it says no version
[[nodiscard]] Version ask_version(const std::filesystem::path& binary);

} // namespace dhg_firecracker
