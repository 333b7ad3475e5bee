#include "completion.hpp"

#include "completion_parts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace dhg::cli {
namespace {

std::string fish_options(const Command& command) {
  const auto usage = full_usage(command);
  const auto here = fish_quoted(fmt::format("__dhg_in {}", command.name));
  std::string lines;
  for (const auto& option : option_texts(usage))
    lines += fmt::format("complete -c dhg -n {} -l {}{}{} -d {}\n", here, option.long_name,
                         option.short_name.empty() ? "" : " -s " + option.short_name,
                         option.value.empty()       ? ""
                         : names_file(option.value) ? " -r -F"
                                                    : " -x",
                         fish_quoted(option.about));
  for (std::size_t i = 0; i < usage.arguments.size(); ++i) {
    const auto& argument = usage.arguments[i];
    lines += fmt::format(
        "complete -c dhg -n {}{} -d {}\n",
        fish_quoted(fmt::format("__dhg_argument {} {} {}", argument.any_number ? "-ge" : "-eq", i,
                                command.name)),
        names_file(argument.name)
            ? " -F"
            : fmt::format(" -a {}",
                          fish_quoted(fmt::format("{}", fmt::join(argument.choices, " ")))),
        fish_quoted(argument.about));
  }
  if (takes_script(usage)) lines += fmt::format("complete -c dhg -n {} -F\n", here);
  return lines;
}

constexpr const char* kFishBegin = R"(# fish completion of dhg, made by: dhg completion fish

# Whether the words so far begin with a command.
function __dhg_in
    set -l words (commandline -opc)
    test (count $words) -gt (count $argv); and test "$words[2..$(math 1 + (count $argv))]" = "$argv"
end
# Whether they are exactly that.
function __dhg_at
    set -l words (commandline -opc)
    test "$words[2..-1]" = "$argv"
end
# __dhg_argument -eq N COMMAND: whether it is followed by N words that are no options;
# -ge: by so many at least.
function __dhg_argument
    __dhg_in $argv[3..-1]; or return 1
    set -l words (commandline -opc)
    test (count (string match -v -- '-*' $words[(count $argv)..-1])) $argv[1] $argv[2]
end

complete -c dhg -f
complete -c dhg -n 'test (count (commandline -opc)) -eq 1' -l help -s h -d 'list the commands'
complete -c dhg -n 'test (count (commandline -opc)) -eq 1' -l version -d 'print the version'
)";

} // namespace

std::string fish_completion() {
  std::string script = kFishBegin;
  for (const auto& [word, about, members] : first_words()) {
    script +=
        fmt::format("complete -c dhg -n 'test (count (commandline -opc)) -eq 1' -a {} -d {}\n",
                    word, fish_quoted(about));
    for (const auto* member : members)
      script += fmt::format("complete -c dhg -n '__dhg_at {}' -a {} -d {}\n", word,
                            last_word(*member), fish_quoted(member->summary));
  }
  for (const auto* command : all_commands()) script += fish_options(*command);
  return script;
}

} // namespace dhg::cli
