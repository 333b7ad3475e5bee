#include "command_line.hpp"

#include "dhg/error.hpp"

#include <fmt/format.h>
#include <iostream>

namespace dhg::cli {
namespace {

// "dhg vm prepare [options]": the words before the first bracket.
std::string command_of(const Usage& usage) {
  return usage.synopsis.substr(0, usage.synopsis.find(" ["));
}

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

} // namespace

std::optional<po::variables_map> parse(Usage& usage, const std::vector<std::string>& args) {
  usage.options.add_options()("help,h", "show this and exit");
  po::variables_map values;
  try {
    constexpr auto style =
        po::command_line_style::unix_style ^ po::command_line_style::allow_guessing;
    po::store(
        po::command_line_parser(args).options(usage.options).positional({}).style(style).run(),
        values);
    if (values.count("help") == 0) po::notify(values); // checks what is required
  } catch (const po::error& e) {
    throw Error(Blame::usage, e.what(), fmt::format("see: {} --help", command_of(usage)));
  }
  if (values.count("help") == 0) return values;
  std::cout << "usage: " << usage.synopsis << "\n\n" << usage.about << "\n\n" << usage.options;
  return std::nullopt;
}

SplitArgs split_at_program(const po::options_description& options,
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

} // namespace dhg::cli
