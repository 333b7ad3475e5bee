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
  ok,        ///< it ran to its end
  exception, ///< an uncaught exception
  exit,      ///< SystemExit
};

/// An uncaught exception of the user's code.
struct CodeError {
  std::string type;      ///< the name of the exception's class
  std::string message;   ///< str() of the exception
  std::string traceback; ///< the traceback as Python prints it
};

/// A column of a Deephaven table.
struct TableColumn {
  std::string name;
  std::string type; ///< the Java type: "long", "java.lang.String", "int[]"
};

/// A table that the user's code assigned to a name, or the value of a program that is a
/// single expression. All text comes from the guest and may contain anything.
struct TableInfo {
  std::string name;                         ///< "_" for the value of an expression
  std::optional<std::int64_t> row_count;    ///< not negative; unset: unknown or not requested
  std::optional<bool> is_refreshing;        ///< unset: not requested, or unknown
  std::vector<TableColumn> columns;         ///< empty if metadata was not requested
  std::optional<std::string> preview;       ///< the first rows as text; lines end in '\n'
  std::optional<std::string> not_shown_why; ///< what could not be shown, and why
};

/// The result of running the user's code, apart from its output.
struct CodeResult {
  Outcome outcome = Outcome::ok;
  int exit_code = 0;                      ///< 0..255
  std::optional<std::string> result_repr; ///< repr() of the last expression
  bool is_expression = false;             ///< whether the program was a single expression
  std::optional<CodeError> error;         ///< set if outcome is `exception`
  std::vector<TableInfo> tables;          ///< new or changed tables
};

/// Transports the result of a run from the guest to the host. The guest half is Python
/// source that is sent with each request, so changing the channel takes no new snapshot;
/// docs/guest-protocol.md specifies what it must define. The host half is decode(). Both
/// functions are called from one thread.
class DHG_API ResultChannel : public Plugin {
 public:
  ~ResultChannel() override;

  /// Python source in UTF-8. Valid for the lifetime of the channel.
  [[nodiscard]] virtual std::string_view guest_half() const noexcept = 0;

  /// Decodes the bytes that the guest half's `load()` returned. Treat them as hostile:
  /// check everything; never unpickle or evaluate them.
  /// @throws Error if the bytes are not a valid result
  [[nodiscard]] virtual CodeResult decode(std::span<const std::byte> bytes) const = 0;
};

/// Parses the JSON form of the outcome dictionary in docs/guest-protocol.md, for channels
/// whose `load()` returns JSON.
/// @throws Error if the bytes are not valid
[[nodiscard]] DHG_API CodeResult parse_outcome_json(std::span<const std::byte> bytes);

} // namespace dhg
