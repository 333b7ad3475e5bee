#include "command.hpp"

#include "dhg/error.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <array>
#include <iostream>
#include <string_view>

namespace {

using namespace dhg::cli;

struct Command {
  std::string_view name;
  std::string_view about;
  int (*run)(const Invocation&);
};

constexpr std::array kCommands{
    Command{"exec", "run Python in a fresh virtual machine", exec_command},
    Command{"vm", "prepare, list and remove snapshots", vm_command},
    Command{"config", "show what a run would use, and where each value comes from", config_command},
    Command{"plugin", "list page servers, result channels and launchers", plugin_command},
    Command{"doctor", "say what this machine lacks, and what mends it", doctor_command},
};

constexpr int kExitUsage = 2;
constexpr int kExitFailed = 125;

void print_help(std::ostream& out) {
  out << "usage: dhg COMMAND [options]\n\n"
         "Runs Python in a virtual machine that is restored from a memory snapshot.\n\n"
         "Commands:\n";
  for (const auto& command : kCommands)
    out << fmt::format("  {:<8}{}\n", command.name, command.about);
  out << "\n'dhg COMMAND --help' tells more. Begin with: dhg vm prepare --image python\n";
}

int dispatch(const std::vector<std::string>& args, std::chrono::steady_clock::time_point started) {
  if (args.empty()) {
    print_help(std::cerr);
    return kExitUsage;
  }
  if (args[0] == "--help" || args[0] == "-h" || args[0] == "help") {
    print_help(std::cout);
    return 0;
  }
  if (args[0] == "--version") {
    std::cout << "dhg " DHG_VERSION "\n";
    return 0;
  }
  for (const auto& command : kCommands)
    if (command.name == args[0]) return command.run({{args.begin() + 1, args.end()}, started});
  throw dhg::Error(dhg::Blame::usage, fmt::format("there is no command '{}'", args[0]),
                   "see: dhg --help");
}

// A descriptor that the caller closed would be the next that is opened, and output
// would go into it. For reading only, so that writing fails.
void fill_standard_descriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (fcntl(fd, F_GETFD) < 0) (void)open("/dev/null", O_RDONLY);
}

} // namespace

int main(int argc, char** argv) {
  const auto started = std::chrono::steady_clock::now();
  fill_standard_descriptors();
  try {
    const int code = dispatch({argv + 1, argv + argc}, started);
    std::cout.flush();
    return std::cout ? code : kExitFailed;
  } catch (const dhg::Error& error) {
    std::cerr << "dhg: " << error.what() << '\n';
    if (!error.hint().empty()) std::cerr << "dhg: " << error.hint() << '\n';
    return error.blame() == dhg::Blame::usage ? kExitUsage : kExitFailed;
  } catch (const std::exception& error) {
    std::cerr << "dhg: " << error.what() << '\n';
    return kExitFailed;
  }
}
