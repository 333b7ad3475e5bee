#include "config/yaml_mistake.hpp"

#include "text/utf8.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <optional>
#include <vector>

namespace dhg::config {
namespace {

constexpr const char* kFitsNone = "the indentation of this line fits no line above";
constexpr const char* kSameBlanks = "indent the keys of one group by the same number of blanks";
constexpr const char* kQuote = "put the whole value in quotes if it is a text";

struct Wording {
  std::string_view theirs; // what yaml-cpp's message begins with
  const char* what;
  const char* hint;
};

constexpr std::array kWordings{
    Wording{"end of map not found", "this map is not complete", "one 'key: value' on each line"},
    Wording{"end of sequence not found", "this list is not complete", "one '- value' on each line"},
    Wording{"illegal flow end", "this bracket closes nothing", "remove it, or open it before"},
    Wording{"illegal block entry", "a list cannot begin here",
            "put each '- value' on its own line"},
    Wording{"illegal map key", "a key cannot stand here", "one 'key: value' on each line"},
    Wording{"the referenced anchor", "aliases are not supported", "write the value out"},
    Wording{"cannot assign multiple tags", "tags are not supported", "leave it out"},
    Wording{"cannot assign multiple anchors", "anchors are not supported", "leave it out"},
    Wording{"unknown escape character", "there is no such escape in double quotes",
            "write '\\\\' for a backslash, or use single quotes"},
    Wording{"bad character found while scanning hex", "a hexadecimal number is expected here",
            "write '\\\\' for a backslash, or use single quotes"},
    Wording{"unknown token", "a value cannot begin with this character", kQuote},
    Wording{"illegal document indicator in scalar", "the closing quote is missing",
            "close the quote on the line on which it begins"},
    Wording{"illegal EOF in scalar", "the closing quote is missing",
            "close the quote on the line on which it begins"},
};

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  for (;;) {
    const auto end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return lines;
    text.remove_prefix(end + 1);
  }
}

std::size_t indentation(std::string_view line) {
  return std::min(line.find_first_not_of(" \t\r"), line.size());
}

// Brackets outside quotes and comments that are open at the end.
std::optional<YamlMistake> open_bracket(const std::vector<std::string_view>& lines) {
  std::vector<YamlMistake> open;
  char quote = 0;
  for (std::size_t line = 0; line < lines.size(); ++line) {
    for (std::size_t column = 0; column < lines[line].size(); ++column) {
      const char c = lines[line][column];
      if (quote != 0) {
        if (c == '\\' && quote == '"') ++column;
        if (c == quote) quote = 0;
      } else if (c == '#' && (column == 0 || lines[line][column - 1] == ' ')) {
        break;
      } else if (c == '"' || c == '\'') {
        // An apostrophe within a word is none.
        if (column == 0 ||
            std::string_view(" ,:[{").find(lines[line][column - 1]) != std::string_view::npos)
          quote = c;
      } else if (c == '{' || c == '[') {
        open.push_back({line, column, fmt::format("this '{}' is not closed", c),
                        fmt::format("add the '{}' that belongs to it", c == '{' ? '}' : ']')});
      } else if ((c == '}' || c == ']') && !open.empty()) {
        open.pop_back();
      }
    }
  }
  return open.empty() ? std::nullopt : std::optional(open.back());
}

// ':' where yaml-cpp expected no key any more.
YamlMistake unexpected_colon(const std::vector<std::string_view>& lines, std::size_t line,
                             std::size_t column) {
  const auto shown = lines[std::min(line, lines.size() - 1)];
  const auto key = indentation(shown);
  const auto before = shown.substr(key, std::max(column, key) - key);
  if (before.find(": ") != std::string_view::npos)
    return {line, column, "a second ': ' in one line", kQuote};
  auto above = line;
  while (above > 0 && indentation(lines[above - 1]) == lines[above - 1].size()) --above;
  if (above > 0 && indentation(lines[above - 1]) < key)
    return {line, key, "this line is indented more than the one above, which has a value already",
            kSameBlanks};
  return {line, key, kFitsNone, kSameBlanks};
}

} // namespace

YamlMistake describe_mistake(std::string_view text, std::size_t line, std::size_t column,
                             std::string_view theirs) {
  const auto lines = lines_of(text);
  line = std::min(line, lines.size() - 1);
  // yaml-cpp notices a tab where it leads to something else: on its line or the next.
  for (const auto at : {line, line - std::min<std::size_t>(line, 1)})
    if (const auto tab = lines[at].substr(0, indentation(lines[at])).find('\t');
        tab != std::string_view::npos)
      return {at, tab, "a tab cannot indent a line", "indent with blanks"};
  if (theirs.starts_with("end of map flow") || theirs.starts_with("end of sequence flow"))
    if (auto bracket = open_bracket(lines)) return *bracket;
  const bool begins = column > 0 && column == indentation(lines[line]);
  if (begins && (theirs.starts_with("end of map") || theirs.starts_with("end of sequence")))
    return {line, column, kFitsNone, kSameBlanks};
  if (theirs.starts_with("illegal map value")) return unexpected_colon(lines, line, column);
  for (const auto& wording : kWordings)
    if (theirs.starts_with(wording.theirs)) return {line, column, wording.what, wording.hint};
  return {line, column, fmt::format("this is not valid YAML ({})", text::printable(theirs)),
          "a config has one 'key: value' on each line"};
}

} // namespace dhg::config
