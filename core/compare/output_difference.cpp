#include "compare/output_difference.hpp"

#include "text/utf8.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace dhg::compare {
namespace {

constexpr std::size_t kExcerpt = 40;

// From a little before the place where they part to the end of the line.
std::string excerpt(const std::string& text, std::size_t from) {
  if (from >= text.size()) return "nothing more";
  const auto end = std::min(text.find('\n', from), text.size());
  const auto line = text.substr(from, std::min(end - from, kExcerpt));
  return fmt::format("'{}{}'", text::printable(line), end - from > kExcerpt ? "..." : "");
}

std::string describe(const char* stream, const std::string& expected, const std::string& seen) {
  const auto [a, b] = std::mismatch(expected.begin(), expected.end(), seen.begin(), seen.end());
  const auto line = std::count(seen.begin(), b, '\n') + 1;
  const auto line_begin = seen.rfind('\n', static_cast<std::size_t>(b - seen.begin()));
  const auto at = static_cast<std::size_t>(b - seen.begin());
  const auto begin = b == seen.begin() || line_begin == std::string::npos || line_begin >= at
                         ? at - std::min(at, kExcerpt / 2)
                         : std::max(line_begin + 1, at - std::min(at, kExcerpt / 2));
  return fmt::format("{}, line {}: {} instead of {}", stream, line, excerpt(seen, begin),
                     excerpt(expected, begin));
}

} // namespace

std::string describe_difference(const Output& expected, const Output& seen, bool both_dhg) {
  if (expected.exit_code != seen.exit_code)
    return fmt::format("exit code {} instead of {}", seen.exit_code, expected.exit_code);
  if (expected.out != seen.out) return describe("stdout", expected.out, seen.out);
  if (both_dhg && expected.err != seen.err) return describe("stderr", expected.err, seen.err);
  if (both_dhg && expected.tables != seen.tables)
    return describe("tables", expected.tables, seen.tables);
  return {};
}

} // namespace dhg::compare
