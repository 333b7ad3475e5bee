"""`dhg plugin test` acquits no wrong plugin, condemns no right one, and says in words what it saw."""

import os
import pathlib
import re
import subprocess
import time

import pytest
from conftest import BINARY

ROOT = pathlib.Path(__file__).resolve().parents[2]
PREFIX = pathlib.Path(BINARY).parents[1] if BINARY else pathlib.Path()
READS = "A guest reads what the snapshot holds"  # far more than 200 faults
WORDS = ("with ", "wanted ", "found ", "why ", "said ")


def build(folder, source):
    """A page server, built against the installed dhg."""
    (folder / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.25)\nproject(misbehaves LANGUAGES CXX)\nfind_package(dhg REQUIRED)\n"
        f"dhg_add_plugin(NAME misbehaves KIND page_servers SOURCES {source})\n")
    env = {**os.environ, "PATH": f"{PREFIX}/bin:{os.environ['PATH']}"}
    for command in (["cmake", "-B", "build"], ["cmake", "--build", "build"]):
        subprocess.run(command, cwd=folder, env=env, check=True, capture_output=True)
    return folder / "build/libmisbehaves.so"


@pytest.fixture(scope="module")
def plugin(tmp_path_factory):
    return build(tmp_path_factory.mktemp("misbehaves"), ROOT / "tests/bad_plugins/misbehaves.cpp")


class Outcome:
    def __init__(self, library, *options, does="right", cwd="/", tmp=None):
        arguments = ["plugin", "test", library, *options]
        if does is not None:
            arguments += ["--set", f"page_server.options.does={does}"]
        began = time.monotonic()
        done = subprocess.run([BINARY, *map(str, arguments)], cwd=cwd, capture_output=True, text=True,
                              timeout=120, env={**os.environ, **({"TMPDIR": str(tmp)} if tmp else {})})
        self.seconds = time.monotonic() - began
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr
        self.verdicts = re.findall(r"^  (kept|BROKEN|n/a) +(.*)$", self.out, re.MULTILINE)
        self.findings = [line.strip() for line in self.out.splitlines() if line.startswith(" " * 12)]

    def count(self, verdict):
        return sum(word == verdict for word, _ in self.verdicts)


def assert_in_words(findings):
    assert findings
    for line in (line for line in findings if line != "..."):
        assert line.startswith(WORDS), line
        assert len(line.split(None, 1)) == 2, line
        assert not re.search(r"\{\?\}|Unknown expression|Exception translation|==|\(\)\.|served\.", line), line


def test_a_right_plugin_keeps_all_that_applies(plugin):
    got = Outcome(plugin)
    assert (got.code, got.err) == (0, ""), got.out
    assert got.count("BROKEN") == 0 and got.count("kept") > 20
    assert f"all {got.count('kept')} rules that apply are kept" in got.out
    assert got.out.startswith("page server 'misbehaves' 1.0 with does=right: ")
    assert any(rule.endswith(": it does not learn") for word, rule in got.verdicts if word == "n/a")


def test_rules_about_faults_are_none_for_one_that_maps_the_snapshot(plugin):
    got = Outcome("file", does=None)
    assert got.code == 0, got.out
    about_removal = [pair for pair in got.verdicts if "removed before it was read" in pair[1]]
    assert [word for word, _ in about_removal] == ["n/a"]
    assert "it maps the snapshot" in about_removal[0][1]


def test_a_rule_about_another_plugin_is_none(plugin):
    rule = "working-set asks for its pages itself"
    assert Outcome("working-set", "--rule", rule, does=None).verdicts[-1][0] == "kept"
    assert Outcome("hybrid", "--rule", rule, does=None).verdicts[-1][0] == "n/a"


@pytest.mark.parametrize("does", ["exits", "exits_at_once"])
def test_a_plugin_that_ends_the_process_with_0_keeps_no_rule_by_it(plugin, does):
    got = Outcome(plugin, "--rule", READS, does=does)
    assert got.code == 1, got.out
    assert got.verdicts[-1][0] == "BROKEN"
    assert_in_words(got.findings)


@pytest.mark.parametrize("does, telling", [
    ("crashes", "SIGSEGV"),
    ("throws", "out of ideas"),
    ("installs_nothing", "without installing"),
    ("hangs", "did not return from on_fault"),
    ("hangs_in_preload", "did not return from preload"),
])
def test_what_was_found_is_told_in_words(plugin, does, telling):
    got = Outcome(plugin, "--rule", READS, does=does)
    assert got.code == 1, got.out
    assert telling in got.out
    assert_in_words(got.findings)
    assert got.seconds < 15


@pytest.mark.parametrize("does", ["throws", "installs_nothing"])
def test_every_broken_rule_is_told_in_words(plugin, does):
    got = Outcome(plugin, does=does)
    assert got.code == 1 and got.count("BROKEN") > 5
    assert_in_words(got.findings)


def test_a_constructor_that_throws_is_told_once(plugin):
    got = Outcome(plugin, does="throws_when_made")
    assert got.code == 1
    assert got.out.count("no licence file") == 1
    assert [word for word, _ in got.verdicts] == ["BROKEN"]
    assert "not tried" in got.out


def test_a_constructor_that_hangs_is_told_once(plugin):
    got = Outcome(plugin, "--limit", "1s", does="hangs_when_made")
    assert got.code == 1 and got.seconds < 10
    assert [word for word, _ in got.verdicts] == ["BROKEN"]
    assert "still running after 1 s; killed" in got.out


@pytest.mark.parametrize("at_load, telling", [
    ("std::exit(0);", "ended the process in the loading of its library"),
    ("std::abort();", "crashed in the loading of its library: SIGABRT"),
])
def test_a_library_that_ends_the_process_when_it_is_loaded(tmp_path, at_load, telling):
    source = tmp_path / "at_load.cpp"
    good = (ROOT / "tests/bad_plugins/misbehaves.cpp").read_text()
    source.write_text(good + f"static const int at_load = [] {{ {at_load} return 0; }}();\n")
    got = Outcome(build(tmp_path, source), does=None)
    assert (got.code, got.out) == (125, "")
    assert telling in got.err and "libmisbehaves.so" in got.err


def test_a_plugin_that_hangs_takes_seconds(plugin):
    got = Outcome(plugin, does="hangs")
    assert got.code == 1 and got.seconds < 60, got.out
    assert got.count("BROKEN") == 3
    assert "not tried: 3 were broken after a long wait" in got.out


@pytest.mark.parametrize("does", ["copies_when_idle", "two_when_idle"])
def test_a_page_server_that_works_when_idle_breaks_nothing(plugin, does):
    for _ in range(3):
        got = Outcome(plugin, "--rule", "removed", "--rule", "removal", "--rule", "mapped over",
                     does=does)
        assert got.code == 0, got.out


@pytest.mark.parametrize("does", ["right", "crashes", "hangs", "exits_at_once"])
def test_no_temporary_file_is_left(plugin, tmp_path, does):
    Outcome(plugin, "--rule", READS, "--limit", "3s", does=does, tmp=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_rules_can_be_listed_and_chosen(plugin):
    listed = Outcome(plugin, "--list").out.splitlines()
    assert len(listed) > 25 and listed[0] == "A page server can be made of its options"
    assert [rule for rule in listed if "again and again" in rule]
    got = Outcome(plugin, "--rule", "again and again", "--rule", "in whatever order it reads")
    assert got.code == 0 and len(got.verdicts) == 3, got.out


def test_a_rule_that_is_none_of_the_suite(plugin):
    got = Outcome(plugin, "--rule", READS, "--rule", "flying")
    assert got.code == 2 and got.out == ""
    assert "'flying'" in got.err
    assert READS in got.err


def test_options_reach_the_suite_as_they_were_given(plugin):
    label = 'a, "b" \\ {c}: #d'
    got = Outcome(plugin, "--rule", READS, "--set", f"page_server.options.label={label}", does="throws")
    assert got.code == 1
    assert f"out of ideas{label}" in got.out


@pytest.mark.parametrize("assignment, telling", [
    ("page_server.options.does=nothing", "does"),
    ("page_server.options.dose=right", "has no option 'dose'"),
    ("launcher.options.does=right", "page_server.options.NAME=VALUE"),
    ("page_server.plugin=eager", "page_server.options.NAME=VALUE"),
    ("does=right", "unknown key"),
    ("does", "KEY=VALUE"),
])
def test_wrong_options_are_refused(plugin, assignment, telling):
    got = Outcome(plugin, "--set", assignment, does=None)
    assert got.code == 2 and got.out == ""
    assert telling in got.err


def test_options_of_the_environment_are_not_used_unsaid(plugin, monkeypatch):
    monkeypatch.setenv("DHG_CONFORMANCE_OPTIONS", "{does: throws_when_made}")
    assert Outcome(plugin, "--rule", READS, does=None).code == 0


@pytest.mark.parametrize("command", ["test", "info"])
def test_a_bare_file_name_is_told_to_lack_a_slash(plugin, command):
    done = subprocess.run([BINARY, "plugin", command, plugin.name], cwd=plugin.parent, capture_output=True,
                          text=True, timeout=30)
    assert done.returncode == 2
    assert f"'./{plugin.name}'" in done.stderr


def test_a_path_may_be_relative(plugin):
    assert Outcome(f"./{plugin.name}", "--rule", READS, cwd=plugin.parent).code == 0


def test_every_rule_of_a_plugin_is_in_words():
    """Not in an expression of C++: CHECK and REQUIRE are for the core's own rules."""
    for file in sorted((ROOT / "tests/conformance").rglob("*_test.cpp")):
        for part in re.split(r"^(?=TEST_CASE\()", file.read_text(), flags=re.MULTILINE):
            if not part.startswith("TEST_CASE"):
                continue
            if "[core]" in part.split(") {", 1)[0]:
                continue
            assert not re.search(r"\b(CHECK|REQUIRE)\w*\(", part), (file.name, part.splitlines()[0])
