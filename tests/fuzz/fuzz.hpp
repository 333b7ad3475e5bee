#pragma once

#include "dhg/error.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace dhg::fuzz {

/// Runs what parses hostile bytes. It may take them or throw dhg::Error with a text;
/// whatever else it throws ends the fuzzer. @return whether it took them
template <class Parse>
bool accepts(Parse parse) {
  try {
    parse();
    return true;
  } catch (const Error& error) {
    if (*error.what() == '\0') std::abort();
    return false;
  }
}

/// What has to hold for everything that was accepted.
inline void require(bool condition) {
  if (!condition) std::abort();
}

inline std::string text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

} // namespace dhg::fuzz
