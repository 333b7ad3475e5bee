#include "man_page.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>

namespace dhg::cli {
namespace {

// Text as roff: nothing in it is a request or an escape.
std::string roff(std::string_view text) {
  std::string out;
  bool at_line_start = true;
  for (const char c : text) {
    if (at_line_start && (c == '.' || c == '\'')) out += "\\&";
    at_line_start = c == '\n';
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else
      out += c;
  }
  return out;
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

// No date: equal sources make equal pages.
std::string heading(const std::string& name, std::string_view summary) {
  return fmt::format(".TH {} 1 \"\" \"dhg {}\" \"dhg manual\"\n.SH NAME\n{} \\- {}\n",
                     upper(roff(name)), DHG_VERSION, roff(name), roff(summary));
}

std::string option_entry(const OptionText& option) {
  auto entry = fmt::format(".TP\n\\fB\\-\\-{}\\fR", roff(option.long_name));
  if (!option.short_name.empty())
    entry = fmt::format(".TP\n\\fB\\-{}\\fR, \\fB\\-\\-{}\\fR", roff(option.short_name),
                        roff(option.long_name));
  if (!option.value.empty()) entry += fmt::format(" \\fI{}\\fR", roff(option.value));
  return fmt::format("{}\n{}\n", entry, roff(option.about));
}

std::string argument_entry(const Argument& argument) {
  const auto choices =
      argument.choices.empty() ? "" : fmt::format(": {}", fmt::join(argument.choices, ", "));
  return fmt::format(".TP\n\\fI{}\\fR\n{}\n", roff(argument.name), roff(argument.about + choices));
}

constexpr const char* kExitStatus =
    ".SH EXIT STATUS\n"
    "0, or as described above. 2: a mistake in the command line or in a config. 125: dhg or the\n"
    "VM failed. Standard error has the reason.\n";

} // namespace

std::string man_page_name(const Command& command) {
  auto name = fmt::format("dhg-{}", command.name);
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

std::string man_page(const Command& command) {
  const auto usage = full_usage(command);
  auto page = heading(man_page_name(command), command.summary);
  page += fmt::format(".SH SYNOPSIS\n.B {}\n", roff(synopsis(command.name, usage)));
  page += fmt::format(".SH DESCRIPTION\n{}\n", roff(usage.about));
  if (!usage.arguments.empty()) page += ".SH ARGUMENTS\n";
  for (const auto& argument : usage.arguments) page += argument_entry(argument);
  page += ".SH OPTIONS\n";
  for (const auto& option : option_texts(usage)) page += option_entry(option);
  return page + kExitStatus + ".SH SEE ALSO\n.BR dhg (1)\n";
}

std::string overview_man_page() {
  auto page = heading("dhg", "run Python in a virtual machine restored from a memory snapshot");
  page +=
      ".SH SYNOPSIS\n.B dhg\n.I COMMAND\n[options]\n.SH DESCRIPTION\n"
      "The machine is not booted: it is restored from a memory snapshot that\n"
      ".B dhg vm prepare\nmade once. Nothing runs between two calls.\n.SH COMMANDS\n";
  for (const auto* command : all_commands())
    page +=
        fmt::format(".TP\n.BR {} (1)\n{}\n", roff(man_page_name(*command)), roff(command->summary));
  return page +
         ".SH OPTIONS\n.TP\n\\fB\\-\\-version\\fR\nprint the version\n"
         ".TP\n\\fB\\-h\\fR, \\fB\\-\\-help\\fR\nlist the commands\n" +
         kExitStatus;
}

} // namespace dhg::cli
