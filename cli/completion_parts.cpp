#include "completion_parts.hpp"

namespace dhg::cli {
namespace {

std::string quoted(std::string_view text, std::string_view apostrophe) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string(apostrophe) : std::string(1, c);
  return out + "'";
}

} // namespace

std::string last_word(const Command& command) {
  const auto space = command.name.find(' ');
  return std::string(space == std::string_view::npos ? command.name
                                                     : command.name.substr(space + 1));
}

std::vector<FirstWord> first_words() {
  std::vector<FirstWord> words;
  for (const auto* command : all_commands()) {
    const auto space = command->name.find(' ');
    const std::string first(command->name.substr(0, space));
    if (space == std::string_view::npos) {
      words.push_back({first, std::string(command->summary), {}});
      continue;
    }
    if (words.empty() || words.back().word != first) words.push_back({first, "", {}});
    auto& group = words.back();
    group.members.push_back(command);
    group.about += (group.about.empty() ? "" : ", ") + last_word(*command);
  }
  return words;
}

std::vector<std::string> spellings(const OptionText& option) {
  std::vector<std::string> result;
  if (!option.short_name.empty()) result.push_back("-" + option.short_name);
  result.push_back("--" + option.long_name);
  return result;
}

bool takes_script(const Usage& usage) { return usage.rest.find("SCRIPT") != std::string::npos; }

std::string sh_quoted(std::string_view text) { return quoted(text, "'\\''"); }
std::string fish_quoted(std::string_view text) { return quoted(text, "\\'"); }

} // namespace dhg::cli
