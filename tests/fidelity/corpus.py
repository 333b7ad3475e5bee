"""The programs, and what their directives say.

A program says how it is run in its first line, `# fidelity: run=script,c argv=a,b`, or in
a file of the same name that ends in .toml, where the program's own bytes matter or where
what dhg does is meant to differ (docs/fidelity.md).
"""

import dataclasses
import pathlib
import re
import tomllib

PROGRAMS = pathlib.Path(__file__).with_name("programs")
ALWAYS = PROGRAMS.with_name("always.txt")
DOCUMENT = pathlib.Path(__file__).parents[2] / "docs" / "fidelity.md"
WAYS = ("script", "c", "stdin")
# Where it matters most how a program is given.
KINDS_IN_ALL_WAYS = {"exit", "main_module", "source_text", "syntax_errors", "tracebacks", "values"}

_DIRECTIVE = re.compile(rb"# fidelity:([^\n]*)")
_SIDE_KEYS = {"run", "argv", "differs"}


@dataclasses.dataclass(frozen=True)
class Case:
    """One program, run in one way."""

    path: pathlib.Path
    way: str
    argv: tuple = ()

    @property
    def program(self):
        return str(self.path.relative_to(PROGRAMS).with_suffix(""))

    @property
    def name(self):
        return f"{self.program}-{self.way}"

    @property
    def source(self):
        return self.path.read_bytes()

    def differences(self, image):
        """The meant differences that this run shows on that image: at most one."""
        return [
            difference
            for difference in _side(self.path).get("differs", [])
            if image in difference.get("images", [image])
            and self.way in difference.get("run", [self.way])
        ]


def _side(path):
    side = path.with_suffix(".toml")
    if not side.exists():
        return {}
    read = tomllib.loads(side.read_text())
    assert read.keys() <= _SIDE_KEYS, f"{side}: unknown keys {read.keys() - _SIDE_KEYS}"
    return read


def _directive(path):
    found = _DIRECTIVE.match(path.read_bytes())
    words = found.group(1).decode().split() if found else []
    told = dict(word.split("=", 1) for word in words)
    assert told.keys() <= {"run", "argv"}, f"{path}: {told}"
    return {key: value.split(",") for key, value in told.items()}


def cases():
    """All programs, each in all its ways."""
    found = []
    for path in sorted(PROGRAMS.glob("*/*.py")):
        told = {"run": ["script"], "argv": [], **_directive(path), **_side(path)}
        assert set(told["run"]) <= set(WAYS), f"{path}: {told['run']}"
        found += [Case(path, way, tuple(told["argv"])) for way in told["run"]]
    return found


def always():
    """The cases that belong to every run: the programs in always.txt, most as scripts only."""
    names = ALWAYS.read_text().split()
    found = [
        case
        for case in cases()
        if case.program in names
        and (case.way == "script" or case.path.parent.name in KINDS_IN_ALL_WAYS)
    ]
    assert {case.program for case in found} == set(names)
    return found


def documented():
    """The ids of the differences that docs/fidelity.md explains, one a line of its tables."""
    return set(re.findall(r"^\| `([a-z0-9-]+)` \|", DOCUMENT.read_text(), re.MULTILINE))
