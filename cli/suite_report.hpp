#pragma once

#include <string>
#include <vector>

namespace dhg::cli {

/// What the report of a conformance suite says about a rule.
struct RuleReport {
  /// It is about this rule alone, and the rule came to its end.
  bool is_complete = false;
  bool passed = false;
  std::string why_none; ///< why it is no rule for this plugin; empty if it is one
  /// In words, a line each: "wanted  ...", "found   ...".
  std::vector<std::string> findings;
};

/// Reads what the suite wrote: XML as Catch2 2 and 3 have it, with the lines that
/// tests/conformance/words.hpp makes as its messages.
[[nodiscard]] RuleReport read_suite_report(const std::string& xml, const std::string& rule);

} // namespace dhg::cli
