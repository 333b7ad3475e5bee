#include "command.hpp"
#include "man_page.hpp"

#include "dhg/error.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <filesystem>
#include <fstream>
#include <iostream>

namespace dhg::cli {
namespace {

Usage help_usage() {
  Usage usage;
  usage.about =
      "Shows the help of a command, or lists the commands. The installed man pages come from\n"
      "the same source.";
  usage.options.add_options()("man-pages", po::value<std::string>()->value_name("FOLDER"),
                              "write the man page of every command into this folder instead");
  usage.rest = "[COMMAND]";
  return usage;
}

void write_page(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path);
  file << text;
  if (!file.flush())
    throw Error(Blame::environment, fmt::format("cannot write '{}'", path.string()),
                "name an existing folder that you can write to");
}

void write_man_pages(const std::filesystem::path& folder) {
  write_page(folder / "dhg.1", overview_man_page());
  for (const auto* command : all_commands())
    write_page(folder / (man_page_name(*command) + ".1"), man_page(*command));
}

int help(const Invocation& invocation) {
  const auto& values = invocation.values;
  if (values.count("man-pages") != 0) {
    write_man_pages(values["man-pages"].as<std::string>());
    return 0;
  }
  auto words = invocation.arguments;
  words.emplace_back("--help");
  return dispatch(words, invocation.started);
}

} // namespace

const Command help_command{"help", "show the help of a command", help_usage, help};

} // namespace dhg::cli
