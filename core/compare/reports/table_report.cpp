#include "compare/reports/wording.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>

namespace dhg::compare {
namespace {

using stats::Verdict;

constexpr std::size_t kWidth = 80;
constexpr std::size_t kNameWidth = 18;
constexpr std::size_t kTitleWidth = 17;
constexpr std::size_t kCellWidth = 12;
constexpr std::size_t kMedianWidth = 11; // with the blanks after it
constexpr std::size_t kLeastQuartiles = 18;
constexpr std::size_t kLeastRatio = 20;

const char* colour_of(Verdict verdict) {
  return verdict == Verdict::faster ? "\033[32m" : verdict == Verdict::slower ? "\033[31m" : "";
}

class Table {
 public:
  Table(const CompareResult& result, bool colour) : result_(result), colour_(colour) {}

  std::string print() {
    wrap(describe_plan(result_.measurement), 0);
    wrap(describe_machine(result_.measurement.machine), 0);
    times();
    columns("median ms", phase_rows(result_));
    columns("medians", metric_rows(result_));
    pairs();
    text_ += '\n';
    for (const auto& line : describe_findings(result_)) wrap(line, 2);
    return std::move(text_);
  }

 private:
  void times() {
    for (std::size_t i = 0; i < result_.analysis.variants.size(); ++i) {
      quartiles_width_ = std::max(quartiles_width_, quartiles(i).size() + 1);
      ratio_width_ = std::max(ratio_width_, ratio(i).size() + 1);
    }
    text_ += fmt::format("\n{:<{}}{:>9}  {:<{}}{}\n", "variant", kNameWidth, "median ms",
                         "quartiles", quartiles_width_, "ratio [95 % CI]");
    double most = 1;
    for (std::size_t i = 1; i < result_.analysis.variants.size(); ++i)
      if (const auto* against = against_first(result_, i); against->pairs > 0)
        most = std::max(most, against->ratio);
    for (std::size_t i = 0; i < result_.analysis.variants.size(); ++i) time_row(i, most);
  }

  void time_row(std::size_t index, double most) {
    const auto& variant = result_.analysis.variants[index];
    const auto& name = result_.measurement.variants[index].name;
    text_ += fmt::format("{:<{}}", name, kNameWidth);
    if (name.size() >= kNameWidth) text_ += fmt::format("\n{:<{}}", "", kNameWidth);
    const auto& wall = variant.wall_ms;
    if (wall.count == 0) {
      text_ += fmt::format("{:>9}  none of {} runs succeeded\n", "-", variant.measured);
      return;
    }
    text_ += fmt::format("{:>9.1f}  {:<{}}{:<{}}", wall.median, quartiles(index), quartiles_width_,
                         ratio(index), ratio_width_);
    const auto* against = against_first(result_, index);
    if (against == nullptr)
      bar(1 / most, "");
    else if (against->pairs > 0)
      bar(against->ratio / most, colour_of(verdict(*against)));
    while (text_.ends_with(' ')) text_.pop_back();
    text_ += '\n';
  }

  std::string quartiles(std::size_t index) const {
    const auto& wall = result_.analysis.variants[index].wall_ms;
    if (wall.count == 0) return {};
    return fmt::format("[{:.1f}, {:.1f}]", wall.lower_quartile, wall.upper_quartile);
  }

  std::string ratio(std::size_t index) const {
    const auto* against = against_first(result_, index);
    if (against == nullptr) return "1.00";
    if (against->pairs == 0) return "-";
    return fmt::format("{:.2f} [{:.2f}, {:.2f}]", against->ratio, against->ratio_ci.low,
                       against->ratio_ci.high);
  }

  // As long as the line has room for.
  void bar(double share, const char* colour) {
    const auto used = kNameWidth + kMedianWidth + quartiles_width_ + ratio_width_;
    if (used >= kWidth) return;
    const auto room = kWidth - used;
    const auto length = static_cast<std::size_t>(std::lround(share * static_cast<double>(room)));
    const std::string marks(std::clamp<std::size_t>(length, 1, room), '#');
    const bool painted = colour_ && *colour != '\0';
    text_ += painted ? fmt::format("{}{}\033[0m", colour, marks) : marks;
  }

  // As many variants side by side as there is room for.
  void columns(const char* title, const std::vector<Row>& rows) {
    constexpr auto kAtOnce = (kWidth - kTitleWidth) / kCellWidth;
    const auto variants = result_.measurement.variants.size();
    for (std::size_t begin = 0; begin < variants && !rows.empty(); begin += kAtOnce) {
      const auto end = std::min(variants, begin + kAtOnce);
      text_ += fmt::format("\n{:<{}}", title, kTitleWidth);
      for (auto i = begin; i < end; ++i) text_ += fmt::format("{:>{}}", short_name(i), kCellWidth);
      text_ += '\n';
      for (const auto& row : rows) {
        text_ += fmt::format("{:<{}}", row.title, kTitleWidth);
        for (auto i = begin; i < end; ++i) text_ += fmt::format("{:>{}}", row.cells[i], kCellWidth);
        text_ += '\n';
      }
    }
  }

  // The end tells variants of one --vary apart.
  std::string short_name(std::size_t index) const {
    const auto& name = result_.measurement.variants[index].name;
    constexpr auto kMost = kCellWidth - 1;
    return name.size() <= kMost ? name : ".." + name.substr(name.size() - (kMost - 2));
  }

  void pairs() {
    text_ += '\n';
    for (const auto& pair : result_.analysis.pairs) {
      const auto begin = text_.size();
      wrap(describe_pair(result_, pair), 2);
      if (const auto* colour = colour_of(verdict(pair.comparison)); colour_ && *colour != '\0') {
        text_.insert(begin, colour);
        text_.insert(text_.size() - 1, "\033[0m");
      }
    }
  }

  // Breaks lines between words.
  void wrap(std::string_view line, std::size_t indent) {
    std::size_t used = 0;
    while (!line.empty()) {
      const auto word = line.substr(0, line.find(' '));
      if (used > 0 && used + 1 + word.size() > kWidth) {
        text_ += '\n' + std::string(indent, ' ');
        used = indent;
      } else if (used > 0) {
        text_ += ' ';
        ++used;
      }
      text_ += word;
      used += word.size();
      line.remove_prefix(std::min(line.size(), word.size() + 1));
    }
    text_ += '\n';
  }

  const CompareResult& result_;
  const bool colour_;
  std::size_t quartiles_width_ = kLeastQuartiles;
  std::size_t ratio_width_ = kLeastRatio;
  std::string text_;
};

} // namespace

std::string table_report(const CompareResult& result, bool colour) {
  return Table(result, colour).print();
}

} // namespace dhg::compare
