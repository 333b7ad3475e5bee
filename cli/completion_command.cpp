#include "command.hpp"
#include "completion.hpp"

#include <iostream>

namespace dhg::cli {
namespace {

Usage completion_usage() {
  Usage usage;
  usage.about =
      "Prints the completion script for a shell. An installed dhg has these scripts where the\n"
      "shells look for them. Elsewhere, for example: source <(dhg completion bash)";
  usage.arguments = {{"SHELL", "the shell", {"bash", "zsh", "fish"}}};
  return usage;
}

int completion(const Invocation& invocation) {
  const auto& shell = invocation.arguments[0];
  std::cout << (shell == "bash"  ? bash_completion()
                : shell == "zsh" ? zsh_completion()
                                 : fish_completion());
  return 0;
}

} // namespace

const Command completion_command{"completion", "print the completion script for a shell",
                                 completion_usage, completion};

} // namespace dhg::cli
