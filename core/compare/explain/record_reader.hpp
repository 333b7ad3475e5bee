#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace dhg::compare::explain {

/// Reads members of a record, which is hostile. Each function throws Error(Blame::usage),
/// with the record's name, for what is not as it should be.
class RecordReader {
 public:
  /// @param name of the file, for messages; borrowed
  explicit RecordReader(const std::string& name) : name_(name) {}

  /// A JSON object, not nested too deeply.
  [[nodiscard]] nlohmann::json parse(const std::string& text) const;
  [[noreturn]] void refuse(const std::string& why) const;

  [[nodiscard]] const nlohmann::json& member(const nlohmann::json& object, const char* key) const;
  /// At most `most` values.
  [[nodiscard]] const nlohmann::json& list(const nlohmann::json& object, const char* key,
                                           std::size_t most) const;
  /// A time or a length of time. @param unit_ms the milliseconds of its unit
  [[nodiscard]] double time(const nlohmann::json& object, const char* key, double unit_ms) const;
  [[nodiscard]] double length(const nlohmann::json& object, const char* key, double unit_ms) const;
  [[nodiscard]] std::uint64_t count(const nlohmann::json& object, const char* key) const;
  /// Text on one line, without what a terminal obeys; empty for null.
  [[nodiscard]] std::string word(const nlohmann::json& object, const char* key) const;

 private:
  const std::string& name_;
};

} // namespace dhg::compare::explain
