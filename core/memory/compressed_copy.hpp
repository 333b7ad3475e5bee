#pragma once

#include <array>
#include <cstdint>

namespace dhg::memory::compressed {

inline constexpr std::uint64_t kFrame = 64 * 1024; ///< bytes of memory in a frame
inline constexpr std::array<char, 8> kMagic{'d', 'h', 'g', 'z', 's', 't', '0', '1'};

/// How the copy begins; little-endian. The index follows, then the frames.
struct Header {
  std::array<char, 8> magic = kMagic;
  std::uint64_t memory_bytes = 0;
  std::uint64_t frames = 0;
  std::array<char, 128> binding{};
  std::uint64_t digest = 0; ///< XXH3 of the index
};

/// Where a frame lies in the copy; of length 0 if all of it is zero.
struct Entry {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

} // namespace dhg::memory::compressed
