"""--help, man pages and completions say the same: they are made from one source."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest
from conftest import BINARY

PREFIX = pathlib.Path(BINARY).parents[1] if BINARY else pathlib.Path()
SHARE = PREFIX / "share"


def commands(dhg):
    return re.findall(r"^  ([\w-]+(?: [\w-]+)?)  +\S", dhg("--help").out, re.MULTILINE)


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


def test_every_command_has_a_man_page_that_says_what_its_help_says(empty_dhg):
    names = commands(empty_dhg)
    assert "exec" in names and "vm prepare" in names
    installed = {path.name for path in (SHARE / "man/man1").iterdir()}
    assert installed == {"dhg.1"} | {f"dhg-{name.replace(' ', '-')}.1" for name in names}
    for name in names:
        help_text = empty_dhg(*name.split(), "--help").out
        page = (SHARE / "man/man1" / f"dhg-{name.replace(' ', '-')}.1").read_text().replace("\\-", "-")
        assert help_text.splitlines()[0].removeprefix("usage: ") in page
        for option in re.findall(r"--[a-z-]+", help_text.split("Options:")[1]):
            assert option in page, (name, option)


def test_man_pages_are_roff_without_warnings():
    for page in (SHARE / "man/man1").iterdir():
        out, err = run("groff", "-man", "-Tascii", "-P-c", "-P-b", "-P-u", "-ww", page)
        assert err == ""
        assert "EXIT STATUS" in out


def bash(*words):
    script = (f"source {SHARE}/bash-completion/completions/dhg; COMP_WORDS=(\"$@\"); "
              'COMP_CWORD=$(($# - 1)); _dhg; printf "%s\\n" "${COMPREPLY[@]}"')
    return run("bash", "-c", script, "bash", *words, cwd=PREFIX)[0].split()


def fish(*words):
    script = f"source {SHARE}/fish/vendor_completions.d/dhg.fish; complete -C '{' '.join(words)}'"
    return [line.split("\t")[0] for line in run("fish", "-c", script, cwd=PREFIX)[0].splitlines()]


ZSH = r"""
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'PS1="" PS2=""; unset zle_bracketed_paste; TERM=dumb; stty -echo cols 200 rows 60'
zpty -w shell 'fpath=($SHARE/zsh/site-functions $fpath); autoload -U compinit; compinit -u -D'
zpty -w shell 'setopt auto_list no_list_beep; LISTMAX=10000'
zpty -w shell 'list-and-end() { zle list-choices; zle -R; zle -I; print END-OF"-"LIST; exit }'
zpty -w shell 'zle -N list-and-end; bindkey "^X" list-and-end; print BEGIN-OF"-"LIST'
zpty -n -w shell "$1"$'\C-x'
zpty -r shell text '*END-OF-LIST*' && print -r -- ${text##*BEGIN-OF-LIST}
"""


def zsh(*words):
    """What an interactive zsh lists in a terminal of its own."""
    shown, _ = run("zsh", "-f", "-c", ZSH, "zsh", " ".join(words), cwd=PREFIX,
                   env={**os.environ, "SHARE": str(SHARE)})
    listed = shown.split("\n", 2)[2].rsplit("\n", 3)[0]  # between the line typed and its repetition
    return re.findall(r"[\w.-]+", listed)


@pytest.mark.parametrize("complete", [bash, zsh, fish])
def test_completion(empty_dhg, complete):
    if shutil.which(complete.__name__) is None:
        pytest.fail(f"{complete.__name__} is not installed; scripts/test installs it")
    firsts = complete("dhg", "")
    for name in commands(empty_dhg):
        assert name.split()[0] in firsts, name
    vm = complete("dhg", "vm", "")
    assert {"prepare", "status", "clean", "notes", "forget"} <= set(vm)
    assert {"--page-server", "--snapshot", "--all"} <= set(complete("dhg", "vm", "forget", "--"))
    options = complete("dhg", "vm", "prepare", "--")
    assert {"--force", "--config", "--help"} <= set(options)
    assert "--json" not in options
    assert {"bash", "zsh", "fish"} <= set(complete("dhg", "completion", ""))
    # Where a file is wanted, files are offered; where it is not, none.
    assert "bin" in " ".join(complete("dhg", "exec", "--config", "b"))
    assert "bin" in " ".join(complete("dhg", "exec", "b"))
    assert "bin" not in " ".join(complete("dhg", "vm", "clean", "--image", ""))
    # As many as one likes, with options after them too.
    assert "bin" in " ".join(complete("dhg", "compare", "a.yaml", "b.yaml", "b"))
    assert "--runs" in complete("dhg", "compare", "a.yaml", "b.yaml", "--")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_is_printed_too(empty_dhg, shell):
    assert "made by: dhg completion" in empty_dhg("completion", shell).out


def test_wrong_words(empty_dhg):
    assert "one of bash, zsh, fish" in empty_dhg("completion", "ksh").err
    assert "SHELL is missing" in empty_dhg("completion").err
    assert "unexpected argument 'x'" in empty_dhg("vm", "status", "x").err
    assert empty_dhg("vm", "status", "x").code == 2


def test_help_of_a_command(empty_dhg):
    assert empty_dhg("help", "vm", "clean").out == empty_dhg("vm", "clean", "--help").out
    assert empty_dhg("help").out == empty_dhg("--help").out
    run = empty_dhg("help", "--man-pages", "/no/such/folder")
    assert run.code == 125 and "/no/such/folder" in run.err
