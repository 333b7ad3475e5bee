// The command that a message prints makes the snapshot that was wanted.

#include "run/images/prepare_command.hpp"

#include "text/shell_word.hpp"

#include <catch2/catch_all.hpp>

using dhg::config::Settings;
using dhg::run::prepare_command;
using dhg::text::shell_word;

TEST_CASE("prepare command: image and version, whatever the default is") {
  Settings settings;
  settings.image = "python";
  CHECK(prepare_command(settings, "") == "dhg vm prepare --image python");
  settings.image = "deephaven";
  CHECK(prepare_command(settings, "41.1") == "dhg vm prepare --image deephaven --version 41.1");
}

TEST_CASE("prepare command: the config and the flags again, each one word of a shell") {
  Settings settings;
  settings.image = "python";
  settings.config = "my configs/a.yaml";
  settings.prepare_flags = {"--set", "launcher.plugin=/x/libmy-vmm.so", "--set",
                            "launcher.options.extra=-name it's"};
  CHECK(prepare_command(settings, "") ==
        "dhg vm prepare --config 'my configs/a.yaml' --image python "
        "--set launcher.plugin=/x/libmy-vmm.so --set 'launcher.options.extra=-name it'\\''s'");
}

TEST_CASE("shell word: quoted only where it has to be") {
  CHECK(shell_word("a-b_c./=:,+@%9") == "a-b_c./=:,+@%9");
  CHECK(shell_word("") == "''");
  for (const auto* word : {"a b", "$a", "a;b", "*", "~", "a\nb", "(", "#x", "\\"})
    CHECK(shell_word(word) == "'" + std::string(word) + "'");
}
