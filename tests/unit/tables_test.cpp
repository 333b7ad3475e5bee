#include "tables.hpp"

#include <catch2/catch_all.hpp>
#include <sstream>

using namespace dhg;

namespace {

TableInfo table() {
  return {"t", 5, false, {{"x", "int"}, {"s", "java.lang.String"}}, "x|s   \n-+--\n0|a   \n", {}};
}

std::string printed(const TableInfo& table) {
  std::ostringstream to;
  cli::print_tables(to, {&table, 1});
  return to.str();
}

} // namespace

TEST_CASE("tables: title, columns, rows") {
  CHECK(printed(table()) ==
        "=== Table: t (5 rows, static) ===\n"
        "x: int, s: java.lang.String\n"
        "x|s\n-+--\n0|a\n");
}

TEST_CASE("tables: what is not known is not said") {
  auto info = table();
  info.is_refreshing = true;
  info.row_count.reset();
  CHECK(printed(info).starts_with("=== Table: t (row count not known, refreshing) ===\n"));
  info.row_count = 1;
  CHECK(printed(info).starts_with("=== Table: t (1 row, refreshing) ===\n"));
  info.is_refreshing.reset();
  info.columns.clear();
  CHECK(printed(info) == "=== Table: t ===\nx|s\n-+--\n0|a\n");
}

TEST_CASE("tables: one that is not shown says why, on one line") {
  auto info = table();
  info.preview.reset();
  info.not_shown_why = "it\nfailed";
  CHECK(printed(info) ==
        "=== Table: t (5 rows, static) ===\n"
        "x: int, s: java.lang.String\n"
        "(not shown: it\\x0afailed)\n");
}

TEST_CASE("tables: what is only named takes one line") {
  CHECK(printed({"p", {}, {}, {}, {}, "it is a partitioned table"}) ==
        "(p is not shown: it is a partitioned table)\n");
  CHECK(printed({"p\x1b", {}, {}, {}, {}, "a\nb"}) == "(p\\x1b is not shown: a\\x0ab)\n");
}

TEST_CASE("tables: nothing in them speaks to the terminal") {
  TableInfo info{"a\x1b[2J\nb", 0, false, {{"x\r", "\x9b"}}, "\x1b]0;x\x07\xc2\x9b|\r\nend", {}};
  CHECK(printed(info) ==
        "=== Table: a\\x1b[2J\\x0ab (0 rows, static) ===\n"
        "x\\x0d: \\x9b\n"
        "\\x1b]0;x\\x07\\xc2\\x9b|\\x0d\n"
        "end\n");
}

TEST_CASE("tables: one without columns has no lines of nothing") {
  CHECK(printed({"t", 5, false, {}, "\n\n\n", {}}) == "=== Table: t (5 rows, static) ===\n");
}

TEST_CASE("tables: rows are not cut, however long") {
  auto info = table();
  info.preview = std::string(100'000, 'x') + "\n\n";
  CHECK(printed(info).ends_with("\n" + std::string(100'000, 'x') + "\n"));
}
