#include "completion.hpp"

#include "completion_parts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace dhg::cli {
namespace {

std::string bash_command(const Command& command) {
  const auto usage = full_usage(command);
  std::vector<std::string> all, with_file, with_value;
  for (const auto& option : option_texts(usage)) {
    const auto words = spellings(option);
    all.insert(all.end(), words.begin(), words.end());
    if (option.value.empty()) continue;
    auto& list = names_file(option.value) ? with_file : with_value;
    list.insert(list.end(), words.begin(), words.end());
  }
  std::string arguments;
  std::string last; // what the arguments after these can be
  for (const auto& argument : usage.arguments) {
    const auto offered = sh_quoted(
        names_file(argument.name) ? "<file>" : fmt::format("{}", fmt::join(argument.choices, " ")));
    arguments += " " + offered;
    if (argument.any_number) last = " more=" + offered;
  }
  return fmt::format(
      "    {})\n      options={} with_file={} with_value={}\n      arguments=({}) rest={}{} ;;\n",
      sh_quoted(command.name), sh_quoted(fmt::format("{}", fmt::join(all, " "))),
      sh_quoted(fmt::format(" {} ", fmt::join(with_file, " "))),
      sh_quoted(fmt::format(" {} ", fmt::join(with_value, " "))),
      arguments.empty() ? "" : arguments.substr(1), sh_quoted(takes_script(usage) ? "<file>" : ""),
      last);
}

constexpr const char* kBashBegin = R"(# bash completion of dhg, made by: dhg completion bash

# _dhg_offer WORDS: those that fit; "<file>" stands for file names.
_dhg_offer() {
  if [[ $1 == '<file>' ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$cur")
  else
    mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
  fi
}

_dhg() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
  local options='' with_file='' with_value='' rest='' more='' first=2 position=0 i
  local -a arguments=()
  COMPREPLY=()
  if [[ $cur == '=' ]]; then
    cur=''
  elif [[ $prev == '=' ]]; then
    prev=${COMP_WORDS[COMP_CWORD - 2]}
  fi
)";

constexpr const char* kBashEnd = R"(  esac
  if [[ $with_file == *" $prev "* ]]; then _dhg_offer '<file>'; return; fi
  if [[ $with_value == *" $prev "* ]]; then return; fi
  for ((i = first; i < COMP_CWORD; ++i)); do
    [[ ${COMP_WORDS[i]} == -* || "$with_file$with_value" == *" ${COMP_WORDS[i - 1]} "* ]] || ((++position))
  done
  if [[ -n $rest ]] && ((position > 0)); then _dhg_offer '<file>'; return; fi
  if [[ $cur == -* ]]; then _dhg_offer "$options"; return; fi
  _dhg_offer "${arguments[position]:-$more$rest}"
}

complete -F _dhg dhg
)";

} // namespace

std::string bash_completion() {
  std::string script = kBashBegin;
  std::string firsts;
  std::string groups;
  for (const auto& [word, about, members] : first_words()) {
    firsts += word + " ";
    if (members.empty()) continue;
    std::vector<std::string> lasts;
    for (const auto* member : members) lasts.push_back(last_word(*member));
    groups += fmt::format(
        "  if [[ ${{COMP_WORDS[1]}} == {} ]]; then\n    first=3\n"
        "    if ((COMP_CWORD == 2)); then _dhg_offer '{} --help'; return; fi\n  fi\n",
        word, fmt::join(lasts, " "));
  }
  script += fmt::format(
      "  if ((COMP_CWORD == 1)); then _dhg_offer '{}--help --version'; return; fi\n", firsts);
  script += groups + "  case \"${COMP_WORDS[*]:1:first-1}\" in\n";
  for (const auto* command : all_commands()) script += bash_command(*command);
  return script + kBashEnd;
}

} // namespace dhg::cli
