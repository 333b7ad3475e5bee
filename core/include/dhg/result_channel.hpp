#pragma once

#include "dhg/plugin.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dhg {

/// How the user's code ended, as the guest reports it.
enum class Outcome {
  ok,        ///< ran to its end
  exception, ///< an exception left it
  exit,      ///< SystemExit
};

struct CodeError {
  std::string type;      ///< the exception's class
  std::string message;   ///< str() of it
  std::string traceback; ///< as Python prints it
};

struct TableColumn {
  std::string name;
  std::string type; ///< Java's name of it: "long", "java.lang.String", "int[]"
};

/// A table that the user's code assigned to a name, or the value of a program that
/// is a single expression. All text is the guest's own: it may hold anything.
struct TableInfo {
  std::string name;                         ///< "_" for the value of an expression
  std::optional<std::int64_t> row_count;    ///< not negative; unset: not known, or not asked for
  std::optional<bool> is_refreshing;        ///< unset: not asked for, or not to be found out
  std::vector<TableColumn> columns;         ///< empty if metadata was not asked for
  std::optional<std::string> preview;       ///< the first rows as text, lines end in '\n'
  std::optional<std::string> not_shown_why; ///< what of it could not be shown, and why
};

/// What a run of the user's code left behind, besides its output.
struct CodeResult {
  Outcome outcome = Outcome::ok;
  int exit_code = 0;                      ///< 0..255
  std::optional<std::string> result_repr; ///< repr() of a last expression
  bool is_expression = false;             ///< the program was a single expression
  std::optional<CodeError> error;         ///< set if outcome is `exception`
  std::vector<TableInfo> tables;          ///< new or changed ones
};

/// Brings the result of a run out of the guest. The guest half is Python source
/// that travels with each request, so that another channel needs no new
/// snapshot; docs/guest-protocol.md says what it must define. The host half is
/// `decode`. Both calls come from one thread.
class DHG_API ResultChannel : public Plugin {
 public:
  ~ResultChannel() override;

  /// Python source, UTF-8; valid as long as the channel.
  [[nodiscard]] virtual std::string_view guest_half() const noexcept = 0;

  /// Decodes what the guest half's `load()` returned. The bytes are hostile:
  /// check all, unpickle and evaluate nothing.
  /// @throws Error if they are not a result.
  [[nodiscard]] virtual CodeResult decode(std::span<const std::byte> bytes) const = 0;
};

/// Reads the JSON form of the outcome dictionary of docs/guest-protocol.md: for
/// channels whose `load()` ends in JSON.
/// @throws Error if it is not that.
[[nodiscard]] DHG_API CodeResult parse_outcome_json(std::span<const std::byte> bytes);

} // namespace dhg
