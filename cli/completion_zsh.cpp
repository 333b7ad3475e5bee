#include "completion.hpp"

#include "completion_parts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace dhg::cli {
namespace {

std::string with_escaped(std::string_view text, std::string_view special) {
  std::string out;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string zsh_option(const OptionText& option) {
  const auto about = with_escaped(option.about, "[]:\\");
  const auto value = option.value.empty()       ? ""
                     : names_file(option.value) ? fmt::format(":{}:_files", option.value)
                                                : fmt::format(":{}: ", option.value);
  if (option.short_name.empty()) {
    const auto equals = option.value.empty() ? "" : "=";
    return sh_quoted(fmt::format("*--{}{}[{}]{}", option.long_name, equals, about, value));
  }
  return fmt::format(
      "{} {}",
      sh_quoted(fmt::format("(--{})-{}[{}]{}", option.long_name, option.short_name, about, value)),
      sh_quoted(fmt::format("(-{})--{}{}[{}]{}", option.short_name, option.long_name,
                            option.value.empty() ? "" : "=", about, value)));
}

std::string zsh_command(const Command& command) {
  const auto usage = full_usage(command);
  std::string specs;
  for (const auto& option : option_texts(usage)) specs += " \\\n        " + zsh_option(option);
  for (const auto& argument : usage.arguments)
    specs +=
        " \\\n        " +
        sh_quoted(names_file(argument.name)
                      ? fmt::format("{}:{}:_files", argument.any_number ? "*" : "", argument.name)
                      : fmt::format(":{}:({})", argument.name, fmt::join(argument.choices, " ")));
  if (takes_script(usage)) specs += " \\\n        " + sh_quoted("*::SCRIPT:_files");
  return fmt::format("    {})\n      _arguments -s{} ;;\n", sh_quoted(command.name), specs);
}

std::string zsh_list(const std::vector<std::pair<std::string, std::string>>& words) {
  std::string list;
  for (const auto& [word, about] : words)
    list += " " + sh_quoted(fmt::format("{}:{}", word, with_escaped(about, ":\\")));
  return fmt::format("offered=({}); _describe command offered; return", list.substr(1));
}

} // namespace

std::string zsh_completion() {
  std::string script =
      "#compdef dhg\n# zsh completion of dhg, made by: dhg completion zsh\n\n_dhg() {\n"
      "  local -a offered\n  local command\n";
  std::vector<std::pair<std::string, std::string>> firsts;
  std::string groups;
  for (const auto& [word, about, members] : first_words()) {
    firsts.emplace_back(word, about);
    if (members.empty()) continue;
    std::vector<std::pair<std::string, std::string>> lasts;
    lasts.reserve(members.size());
    for (const auto* member : members)
      lasts.emplace_back(last_word(*member), std::string(member->summary));
    groups += fmt::format(
        "    {})\n      if ((CURRENT == 3)); then {}; fi\n      command=\"$words[2] $words[3]\"\n"
        "      shift words; ((CURRENT--)) ;;\n",
        word, zsh_list(lasts));
  }
  script += fmt::format("  if ((CURRENT == 2)); then {}; fi\n", zsh_list(firsts));
  script += "  command=$words[2]\n  case $command in\n" + groups +
            "  esac\n  shift words; ((CURRENT--))\n  case $command in\n";
  for (const auto* command : all_commands()) script += zsh_command(*command);
  // Loaded by compinit the file is the body of _dhg, sourced it only defines it.
  return script +
         "  esac\n}\n\nif [ \"$funcstack[1]\" = _dhg ]; then _dhg \"$@\"; else compdef _dhg dhg; "
         "fi\n";
}

} // namespace dhg::cli
