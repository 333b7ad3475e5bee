#pragma once

#include "command.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dhg::cli {

/// A word that may follow "dhg": a command, or a group with what may follow that.
struct FirstWord {
  std::string word;
  std::string about;
  std::vector<const Command*> members; ///< empty for a command of one word
};
[[nodiscard]] std::vector<FirstWord> first_words();

/// "prepare" of "vm prepare"
[[nodiscard]] std::string last_word(const Command& command);

/// "-c", "--code"
[[nodiscard]] std::vector<std::string> spellings(const OptionText& option);

/// Whether files can follow the options of a command.
[[nodiscard]] bool takes_script(const Usage& usage);

/// The text in single quotes, for bash and zsh; for fish.
[[nodiscard]] std::string sh_quoted(std::string_view text);
[[nodiscard]] std::string fish_quoted(std::string_view text);

} // namespace dhg::cli
