#include "command.hpp"

#include "dhg/error.hpp"
#include "text/exit_codes.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <array>
#include <iostream>

namespace dhg::cli {
namespace {

constexpr std::array kCommands{
    &exec_command,        &compare_command,     &explain_command,     &vm_prepare_command,
    &vm_status_command,   &vm_clean_command,    &vm_notes_command,    &vm_forget_command,
    &config_show_command, &plugin_list_command, &plugin_info_command, &plugin_new_command,
    &plugin_test_command, &page_server_command, &doctor_command,      &completion_command,
    &help_command,
};

bool is_help(const std::string& word) { return word == "--help" || word == "-h"; }

// The last word of "vm prepare" if `group` is "vm"; nothing if it is of another.
std::string_view member_of(std::string_view group, const Command& command) {
  const bool is_member = command.name.size() > group.size() && command.name.starts_with(group) &&
                         command.name[group.size()] == ' ';
  return is_member ? command.name.substr(group.size() + 1) : std::string_view{};
}

std::vector<std::string_view> members_of(std::string_view group) {
  std::vector<std::string_view> members;
  for (const auto* command : kCommands)
    if (const auto member = member_of(group, *command); !member.empty()) members.push_back(member);
  return members;
}

const Command* find(std::string_view name) {
  const auto at = std::find_if(kCommands.begin(), kCommands.end(),
                               [&](const Command* command) { return command->name == name; });
  return at != kCommands.end() ? *at : nullptr;
}

int run(const Command& command, const std::vector<std::string>& args,
        std::chrono::steady_clock::time_point started) {
  const auto usage = full_usage(command);
  auto line = parse(command.name, usage, args);
  if (!line) {
    print_help(std::cout, command.name, usage);
    return 0;
  }
  return command.run({std::move(line->values), std::move(line->arguments), started});
}

int dispatch_in_group(const std::vector<std::string>& args,
                      const std::vector<std::string_view>& members,
                      std::chrono::steady_clock::time_point started) {
  const auto& group = args[0];
  if (args.size() > 1 && is_help(args[1])) {
    print_overview(std::cout, group);
    return 0;
  }
  if (args.size() > 1)
    if (const auto* command = find(group + " " + args[1]))
      return run(*command, {args.begin() + 2, args.end()}, started);
  throw Error(Blame::usage,
              args.size() == 1 ? fmt::format("'dhg {}' needs a command", group)
                               : fmt::format("there is no command 'dhg {} {}'", group, args[1]),
              fmt::format("choose one of: {}", fmt::join(members, ", ")));
}

} // namespace

std::span<const Command* const> all_commands() { return kCommands; }

Usage full_usage(const Command& command) {
  auto usage = command.usage();
  add_help_option(usage);
  return usage;
}

void print_overview(std::ostream& out, std::string_view group) {
  const auto prefix = group.empty() ? "dhg" : fmt::format("dhg {}", group);
  out << fmt::format("usage: {} COMMAND [options]\n\n", prefix);
  if (group.empty())
    out << "Runs Python in a virtual machine that is restored from a memory snapshot.\n\n";
  out << "Commands:\n";
  for (const auto* command : kCommands) {
    const auto name = group.empty() ? command->name : member_of(group, *command);
    if (!name.empty()) out << fmt::format("  {:<13} {}\n", name, command->summary);
  }
  out << fmt::format("\nRun '{} COMMAND --help' for details.", prefix)
      << (group.empty() ? " To begin: dhg vm prepare --image python\n" : "\n");
}

int dispatch(const std::vector<std::string>& args, std::chrono::steady_clock::time_point started) {
  if (args.empty()) {
    print_overview(std::cerr);
    return text::kExitUsage;
  }
  if (is_help(args[0])) {
    print_overview(std::cout);
    return 0;
  }
  if (args[0] == "--version") {
    std::cout << "dhg " DHG_VERSION "\n";
    return 0;
  }
  if (const auto* command = find(args[0]))
    return run(*command, {args.begin() + 1, args.end()}, started);
  if (const auto members = members_of(args[0]); !members.empty())
    return dispatch_in_group(args, members, started);
  throw Error(Blame::usage, fmt::format("there is no command '{}'", args[0]), "see: dhg --help");
}

} // namespace dhg::cli
