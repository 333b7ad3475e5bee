#include "run/images/prepare_command.hpp"

#include "text/shell_word.hpp"

namespace dhg::run {

std::string prepare_command(const config::Settings& settings, const std::string& version) {
  std::string command = "dhg vm prepare";
  const auto add = [&](const char* option, const std::string& value) {
    if (!value.empty()) command += std::string(" ") + option + ' ' + text::shell_word(value);
  };
  add("--config", settings.config);
  add("--image", settings.image);
  add("--version", version);
  for (const auto& word : settings.prepare_flags) command += ' ' + text::shell_word(word);
  return command;
}

} // namespace dhg::run
