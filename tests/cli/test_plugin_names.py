"""Plugins by their names: two of one name, options as they are declared, parts of a run."""

import pathlib
import re
import shutil

import pytest
from conftest import BINARY

ROOT = pathlib.Path(__file__).parents[2]
PREFIX = pathlib.Path(BINARY).parents[1] if BINARY else pathlib.Path()
BUILT_IN = PREFIX / "lib/dhg/plugins/page_servers/lazy-4k.so"
KINDS = {"page_servers", "result_channels", "launchers"}


@pytest.fixture
def second(tmp_path):
    """Another lazy-4k, in a folder of its own."""
    folder = tmp_path / "more"
    folder.mkdir()
    shutil.copy(BUILT_IN, folder)
    return folder


def test_info_of_a_name_that_two_have_names_both(empty_dhg, second):
    env = {"DHG_PLUGIN_PATH": str(second)}
    run = empty_dhg("plugin", "info", "lazy-4k", env=env)
    assert (run.code, run.out) == (2, "")
    assert "two plugins are called 'lazy-4k'" in run.err
    assert f"'{BUILT_IN}'" in run.err and f"'{second}/lazy-4k.so'" in run.err
    assert "name the one that you want by its path" in run.err
    for path in (BUILT_IN, second / "lazy-4k.so"):
        assert f"file         {path}" in empty_dhg("plugin", "info", path, env=env).out
    refused = empty_dhg.exec("1", "--set", "page_server.plugin=lazy-4k", env=env)
    assert refused.code == 125 and "two page servers are called 'lazy-4k'" in refused.err


def test_new_warns_of_a_name_that_is_taken(empty_dhg, tmp_path):
    run = empty_dhg("plugin", "new", "page-server", "lazy-4k", cwd=tmp_path)
    assert run.code == 0 and (tmp_path / "lazy-4k/lazy_4k.cpp").is_file()
    assert f"there is a page server called 'lazy-4k' already: '{BUILT_IN}'" in run.err
    assert "choose another name" in run.err


@pytest.mark.parametrize("kind, name", [("page-server", "mine"), ("launcher", "file")])
def test_new_does_not_warn_of_others(empty_dhg, tmp_path, kind, name):
    run = empty_dhg("plugin", "new", kind, name, cwd=tmp_path)
    assert (run.code, run.err) == (0, "")


def test_a_run_that_fails_early_names_the_parts_that_it_knows(empty_dhg):
    run = empty_dhg.exec("1", "--verbose")
    assert run.code == 125
    [parts] = re.findall(r"^dhg: (qemu.*)$", run.err, re.MULTILINE)
    for part in parts.split(", "):
        assert re.fullmatch(r"qemu|(page server|result channel) [a-z0-9-]+", part), parts


def declared(dhg):
    """Every option that an installed plugin declares: (plugin, option) -> allowed, default, text."""
    found = {}
    for library in (PREFIX / "lib/dhg/plugins").glob("*/*.so"):
        if library.parent.name not in KINDS or library.name.startswith("lib"):
            continue
        info = dhg("plugin", "info", library).out
        for name, allowed, default, text in re.findall(
                r"^  (\S+) +(.*); default (.*)\n {15}(.*)$", info, re.MULTILINE):
            found[library.stem, name] = allowed, default, text
        assert "options      none" in info or any(plugin == library.stem for plugin, _ in found)
    return found


def test_options_say_what_they_are_where_they_are_declared(empty_dhg):
    options = declared(empty_dhg)
    assert len(options) >= 9
    text = (ROOT / "docs/configuration.md").read_text().replace("`", "")
    rows = [[cell.strip() for cell in line[1:-1].split("|")]
            for line in text.split("## Options of the plugins")[1].split("## ")[0].splitlines()[4:]]
    described = {(row[0], row[1]): row[2:] for row in rows if len(row) == 5}
    assert set(described) == set(options)
    for key, (allowed, default, text) in options.items():
        told_default, told_allowed, told_text = described[key]
        assert told_default == ("" if default == "empty" else default), key
        if allowed.startswith("one of "):
            assert told_allowed == allowed.removeprefix("one of "), key
            for choice in told_allowed.split(", "):
                assert choice in text.lower(), (key, choice)
        elif " from " in allowed:
            assert told_allowed == allowed.split(" from ")[1], key
        assert told_text == text, key
