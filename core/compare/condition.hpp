#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dhg::compare {

/// A condition on the variants' median times, such as "b > a * 1.05":
///
///     condition = sum ("<" | "<=" | ">" | ">=") sum
///     sum       = product { ("+" | "-") product }
///     product   = factor { ("*" | "/") factor }
///     factor    = number [ "ms" | "s" ] | name | quoted name | "(" sum ")" | "-" factor
///     name      = letter or "_", then letters, digits, "_", ".", ":", "=" and "-"
///
/// A name stands for a variant's median in milliseconds; so does "baseline.NAME" for
/// that of a baseline. A "-" that belongs to no name has a space before it. Names with
/// other characters stand in single quotes.
class Condition {
 public:
  /// @param names that may be used
  /// @throws Error(Blame::usage) with the column, and what was expected there
  Condition(std::string text, const std::vector<std::string>& names);
  ~Condition();
  Condition(Condition&&) noexcept;
  Condition& operator=(Condition&&) noexcept;

  struct Finding {
    std::optional<bool> holds; ///< nothing if a time in it is not known
    double left = 0;           ///< milliseconds
    double right = 0;
  };
  [[nodiscard]] Finding evaluate(
      const std::function<std::optional<double>(const std::string&)>& median_ms) const;
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

  struct Node;

 private:
  std::string text_;
  std::unique_ptr<Node> root_;
};

} // namespace dhg::compare
