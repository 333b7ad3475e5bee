// Assertions in the words of whom they concern, the plugin's author: what was wanted, and what was
// found. `dhg plugin test` shows these lines as they are (cli/suite_report.cpp).
#pragma once

#include <fmt/format.h>
#include <catch2/catch_all.hpp>
#include <concepts>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace dhg::conformance {

/// What came of looking at something: it is good, or in words what was found instead.
class Finding {
 public:
  Finding(std::same_as<bool> auto good) : Finding(good, "it is not so") {}
  /// @param wrong what is wrong; empty if nothing is
  Finding(const std::string& wrong) : Finding(wrong.empty(), wrong) {}
  Finding(bool good, std::string found) : good_(good), found_(std::move(found)) {}

  [[nodiscard]] bool good() const noexcept { return good_; }
  [[nodiscard]] std::string told(std::string_view wanted) const {
    return fmt::format("wanted  {}\nfound   {}", wanted, found_);
  }

 private:
  bool good_;
  std::string found_;
};

/// A value as a person reads it, of bounded length.
template <class Value>
std::string shown(const Value& value) {
  constexpr std::size_t kLongest = 200;
  if constexpr (std::is_enum_v<Value>) {
    return std::to_string(static_cast<int>(value));
  } else if constexpr (std::is_convertible_v<Value, std::string_view>) {
    const std::string_view text = value;
    return text.size() <= kLongest
               ? fmt::format("'{}'", text)
               : fmt::format("'{}...' ({} bytes)", text.substr(0, kLongest), text.size());
  } else {
    return fmt::format("{}", value);
  }
}
template <class Value>
std::string shown(const std::optional<Value>& value) {
  return value ? shown(*value) : "nothing";
}

inline std::string shown(std::nullopt_t /*none*/) { return "nothing"; }

template <class Found, class Wanted>
Finding equal(const Found& found, const Wanted& wanted) {
  const auto told = fmt::format("{} instead of {}", shown(found), shown(wanted));
  if constexpr (std::is_integral_v<Found> && !std::is_same_v<Found, bool>)
    return {std::cmp_equal(found, wanted), told};
  else
    return {found == wanted, told};
}

inline Finding no_pages(std::uint64_t count) {
  return {count == 0, fmt::format("{} page{}", count, count == 1 ? "" : "s")};
}

inline Finding has_part(const std::string& text, std::string_view part) {
  return {text.find(part) != std::string::npos,
          fmt::format("{}, which lacks '{}'", shown(text), part)};
}

/// Calls `action`. @return what it threw; empty if nothing
template <class Action>
std::string problem_of(Action action) {
  try {
    action();
  } catch (const std::exception& error) {
    const std::string text = error.what();
    return text.empty() ? "an exception without a text" : text;
  }
  return {};
}

/// How many findings of this process were not good.
inline int& bad_findings() {
  static int count = 0;
  return count;
}

/// Says why the rule is none for a plugin; the test case then returns.
inline void does_not_apply(const std::string& why) { WARN("n/a     " << why); }

} // namespace dhg::conformance

#define DHG_TELL(GOOD_OR_NOT, WANTED, ...)                        \
  do {                                                            \
    const dhg::conformance::Finding finding_of_rule(__VA_ARGS__); \
    if (finding_of_rule.good()) {                                 \
      SUCCEED();                                                  \
    } else {                                                      \
      ++dhg::conformance::bad_findings();                         \
      GOOD_OR_NOT(finding_of_rule.told(WANTED));                  \
    }                                                             \
  } while (false)

/// WANT(sentence, finding): the rule is broken if the finding is not good, and goes on.
#define WANT(...) DHG_TELL(FAIL_CHECK, __VA_ARGS__)
/// The same, and ends with it.
#define NEED(...) DHG_TELL(FAIL, __VA_ARGS__)
