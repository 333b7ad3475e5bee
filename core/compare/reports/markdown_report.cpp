#include "compare/reports/wording.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace dhg::compare {
namespace {

// What would end a cell or begin markup.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (std::string_view("|\\`*_<>[]#").find(c) != std::string_view::npos) result += '\\';
    result += c == '\n' ? ' ' : c;
  }
  return result;
}

std::string row(const std::vector<std::string>& cells) {
  return fmt::format("| {} |\n", fmt::join(cells, " | "));
}

std::string rule(std::size_t columns) {
  std::string line = "|---|";
  for (std::size_t i = 1; i < columns; ++i) line += "---:|";
  return line + '\n';
}

std::string time_table(const CompareResult& result) {
  auto text =
      row({"variant", "runs", "median ms", "quartiles", "ratio", "95 % interval"}) + rule(6);
  for (std::size_t i = 0; i < result.analysis.variants.size(); ++i) {
    const auto& variant = result.analysis.variants[i];
    std::vector<std::string> cells{escaped(result.measurement.variants[i].name),
                                   fmt::format("{} of {}", variant.wall_ms.count, variant.measured),
                                   "-",
                                   "-",
                                   "-",
                                   ""};
    if (variant.wall_ms.count > 0) {
      cells[2] = fmt::format("{:.1f}", variant.wall_ms.median);
      cells[3] = fmt::format("{:.1f} to {:.1f}", variant.wall_ms.lower_quartile,
                             variant.wall_ms.upper_quartile);
    }
    if (const auto* against = against_first(result, i); against != nullptr && against->pairs > 0) {
      cells[4] = fmt::format("{:.3f}", against->ratio);
      cells[5] = fmt::format("{:.3f} to {:.3f}", against->ratio_ci.low, against->ratio_ci.high);
    } else if (i == 0) {
      cells[4] = "1";
    }
    text += row(cells);
  }
  return text;
}

std::string rows_table(const CompareResult& result, const char* title,
                       const std::vector<Row>& rows) {
  if (rows.empty()) return {};
  std::vector<std::string> head{title};
  for (const auto& variant : result.measurement.variants) head.push_back(escaped(variant.name));
  auto text = '\n' + row(head) + rule(head.size());
  for (const auto& [name, cells] : rows) {
    std::vector<std::string> line{name};
    line.insert(line.end(), cells.begin(), cells.end());
    text += row(line);
  }
  return text;
}

} // namespace

std::string markdown_report(const CompareResult& result) {
  const auto& measurement = result.measurement;
  auto text = fmt::format("Program: `{}`. {}.\n\n{}. Measured {}.\n\n",
                          measurement.program.substr(0, measurement.program.find('\n')),
                          describe_plan(measurement),
                          escaped(describe_machine(measurement.machine)), measurement.began);
  text += time_table(result);
  text += rows_table(result, "median ms", phase_rows(result));
  text += rows_table(result, "medians", metric_rows(result));
  text += '\n';
  for (const auto& [thing, reference, comparison] : result.analysis.pairs)
    text +=
        fmt::format("- **{}** against **{}**: {}, {}\n", escaped(measurement.variants[thing].name),
                    escaped(measurement.variants[reference].name),
                    escaped(stats::in_words(comparison)), describe_p(comparison));
  text += '\n';
  for (const auto& line : describe_findings(result)) text += "- " + escaped(line) + '\n';
  return text;
}

} // namespace dhg::compare
