#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace dhg::plugin {

inline constexpr std::size_t kMaxName = 64;
inline constexpr std::size_t kMaxText = 4096;

/// Throws the Error for a library whose descriptor is wrong.
[[noreturn]] void refuse_plugin(const std::filesystem::path& library, const std::string& why,
                                const std::string& hint);

/// Reads a string of a descriptor: present, at most `limit` bytes, without
/// control characters (it is printed to terminals).
/// @param field what it is, for messages: "version"
/// @throws Error
std::string_view read_text(const char* text, const std::string& field, std::size_t limit,
                           const std::filesystem::path& library);

} // namespace dhg::plugin
