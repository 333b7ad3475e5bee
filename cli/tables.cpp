#include "tables.hpp"

#include "text/utf8.hpp"

#include <fmt/format.h>
#include <ostream>

namespace dhg::cli {
namespace {

using text::printable;

std::string title(const TableInfo& table) {
  auto text = fmt::format("=== Table: {}", printable(table.name));
  if (!table.is_refreshing) return text + " ===";
  const auto rows = !table.row_count        ? "row count not known"
                    : *table.row_count == 1 ? "1 row"
                                            : fmt::format("{} rows", *table.row_count);
  return fmt::format("{} ({}, {}) ===", text, rows, *table.is_refreshing ? "refreshing" : "static");
}

void print_columns(std::ostream& to, const std::vector<TableColumn>& columns) {
  const char* separator = "";
  for (const auto& [name, type] : columns) {
    to << separator << printable(name) << ": " << printable(type);
    separator = ", ";
  }
  if (!columns.empty()) to << '\n';
}

// Cells are padded to the width of their columns, the last one in vain.
std::string_view without_padding(std::string_view line) {
  return line.substr(0, line.find_last_not_of(' ') + 1);
}

void print_lines(std::ostream& to, std::string_view text) {
  text = text.substr(0, text.find_last_not_of('\n') + 1);
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    to << printable(without_padding(line), std::string_view::npos) << '\n';
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
}

bool is_only_named(const TableInfo& table) {
  return table.not_shown_why && !table.preview && !table.is_refreshing && table.columns.empty();
}

} // namespace

void print_tables(std::ostream& to, std::span<const TableInfo> tables) {
  for (const auto& table : tables) {
    if (is_only_named(table)) {
      to << fmt::format("({} is not shown: {})\n", printable(table.name),
                        printable(*table.not_shown_why, 1000));
      continue;
    }
    to << title(table) << '\n';
    print_columns(to, table.columns);
    if (table.preview) print_lines(to, *table.preview);
    if (table.not_shown_why)
      to << fmt::format("(not shown: {})\n", printable(*table.not_shown_why, 1000));
  }
  to << std::flush;
}

} // namespace dhg::cli
