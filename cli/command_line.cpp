#include "command_line.hpp"

#include "dhg/error.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <ostream>

namespace dhg::cli {
namespace {

// Whether `arg`, "-c" or "--config", is followed by a value of its own.
bool takes_value(const po::options_description& options, const std::string& arg) {
  const bool is_long = arg.rfind("--", 0) == 0;
  for (const auto& option : options.options()) {
    const auto name =
        is_long ? "--" + option->long_name()
                : option->canonical_display_name(po::command_line_style::allow_dash_for_short);
    if (name == arg) return option->semantic()->max_tokens() > 0;
  }
  return false;
}

struct SplitArgs {
  std::vector<std::string> own;
  std::vector<std::string> rest;
};

// Splits at the first word that is neither an option nor the value of one.
SplitArgs split_at_rest(const po::options_description& options,
                        const std::vector<std::string>& args) {
  SplitArgs split;
  std::size_t i = 0;
  while (i < args.size()) {
    const auto& arg = args[i];
    if (arg == "--") {
      ++i;
      break;
    }
    if (arg == "-" || arg.empty() || arg.front() != '-') break;
    split.own.push_back(arg);
    ++i;
    if (arg.find('=') == std::string::npos && takes_value(options, arg) && i < args.size())
      split.own.push_back(args[i++]);
  }
  split.rest.assign(args.begin() + static_cast<std::ptrdiff_t>(i), args.end());
  return split;
}

std::vector<std::string> words_of(const po::parsed_options& parsed) {
  std::vector<std::string> words;
  for (const auto& option : parsed.options)
    if (option.position_key >= 0)
      words.insert(words.end(), option.value.begin(), option.value.end());
  return words;
}

void check_arguments(const std::vector<std::string>& given, const std::vector<Argument>& wanted,
                     const std::string& see) {
  const bool open_ended = !wanted.empty() && wanted.back().any_number;
  if (open_ended && given.size() + 1 >= wanted.size()) return;
  if (given.size() > wanted.size())
    throw Error(Blame::usage, fmt::format("unexpected argument '{}'", given[wanted.size()]), see);
  if (given.size() < wanted.size())
    throw Error(
        Blame::usage,
        fmt::format("{} is missing: {}", wanted[given.size()].name, wanted[given.size()].about),
        see);
  for (std::size_t i = 0; i < given.size(); ++i) {
    const auto& choices = wanted[i].choices;
    if (choices.empty() || std::find(choices.begin(), choices.end(), given[i]) != choices.end())
      continue;
    throw Error(Blame::usage,
                fmt::format("{} cannot be '{}': choose one of {}", wanted[i].name, given[i],
                            fmt::join(choices, ", ")),
                see);
  }
}

} // namespace

std::vector<OptionText> option_texts(const Usage& usage) {
  std::vector<OptionText> texts;
  for (const auto& option : usage.options.options()) {
    const auto shown = option->canonical_display_name(po::command_line_style::allow_dash_for_short);
    const bool is_short = shown.size() == 2 && shown[0] == '-' && shown[1] != '-';
    const bool has_value = option->semantic()->max_tokens() > 0;
    const auto value = has_value ? option->semantic()->name() : ""; // "TIME (=60s)"
    texts.push_back({option->long_name(), is_short ? shown.substr(1) : "",
                     value.substr(0, value.find(' ')), option->description()});
  }
  return texts;
}

bool names_file(std::string_view value) {
  return value.find("FILE") != value.npos || value.find("SCRIPT") != value.npos ||
         value.find("FOLDER") != value.npos;
}

std::string synopsis(std::string_view command, const Usage& usage) {
  auto text = fmt::format("dhg {} [options]", command);
  for (const auto& argument : usage.arguments)
    text += argument.any_number ? fmt::format(" [{} ...]", argument.name) : " " + argument.name;
  if (!usage.rest.empty()) text += " " + usage.rest;
  return text;
}

void print_help(std::ostream& out, std::string_view command, const Usage& usage) {
  out << "usage: " << synopsis(command, usage) << "\n\n" << usage.about << "\n\n";
  if (!usage.arguments.empty()) out << "Arguments:\n";
  for (const auto& [name, about, choices, any_number] : usage.arguments)
    out << fmt::format("  {:<21} {}{}\n", name, about,
                       choices.empty() ? "" : fmt::format(": {}", fmt::join(choices, ", ")));
  out << (usage.arguments.empty() ? "" : "\n") << usage.options;
}

void add_help_option(Usage& usage) {
  usage.options.add_options()("help,h", "show this help and exit");
}

std::optional<ParsedLine> parse(std::string_view command, const Usage& usage,
                                const std::vector<std::string>& args) {
  const auto see = fmt::format("see: dhg {} --help", command);
  auto [own, rest] = usage.rest.empty() ? SplitArgs{args, {}} : split_at_rest(usage.options, args);
  ParsedLine line;
  try {
    constexpr auto style =
        po::command_line_style::unix_style ^ po::command_line_style::allow_guessing;
    const auto parsed = po::command_line_parser(own).options(usage.options).style(style).run();
    po::store(parsed, line.values);
    if (line.values.count("help") != 0) return std::nullopt;
    po::notify(line.values); // checks what is required
    line.arguments = usage.rest.empty() ? words_of(parsed) : std::move(rest);
  } catch (const po::error& e) {
    throw Error(Blame::usage, e.what(), see);
  }
  if (usage.rest.empty()) check_arguments(line.arguments, usage.arguments, see);
  return line;
}

} // namespace dhg::cli
