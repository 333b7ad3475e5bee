// Catch2 2 under the names of Catch2 3, as far as the tests use them.
#pragma once

#include <catch2/catch.hpp>
#include <string>

namespace Catch {

using Detail::Approx;

namespace Matchers {

inline StdString::ContainsMatcher ContainsSubstring(const std::string& text) {
  return Contains(text);
}

} // namespace Matchers
} // namespace Catch
