"""A program runs as Python itself would run it."""

import subprocess

import pytest


def cpython(code):
    """What the same interpreter makes of the same program."""
    done = subprocess.run(["/usr/bin/python3", "-I", "-c", code], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=20)
    return done.returncode, done.stdout, done.stderr


SAME = [
    "pass",
    "print('a'); import sys; print('b', file=sys.stderr)",
    "import sys; sys.exit()",
    "import sys; sys.exit(7)",
    "import sys; sys.exit(-1)",
    "import sys; sys.exit(256 + 3)",
    "import sys; sys.exit('text')",
    "raise SystemExit",
    "import sys; sys.exit([1, 2])",
    "print(__name__); import sys; print(sys.argv)",
    "input()",
    "import threading, time\n"
    "threading.Thread(target=lambda: (time.sleep(0.2), print('thread'))).start()",
    "import atexit; atexit.register(print, 'bye'); print('hi')",
    "import concurrent.futures as f; p = f.ThreadPoolExecutor(); p.submit(print, 'pool')",
    "from __future__ import annotations\nx: nonsense = 1\nprint(__annotations__)",
    "import pickle\nclass C: pass\nprint(type(pickle.loads(pickle.dumps(C()))))",
    "class E(Exception):\n    def __str__(self): raise ValueError\nprint('x')",
    "import subprocess; c = subprocess.run(['echo', 'child'], stdout=None)",
    "import os; n = os.write(2, b'raw')",
]


@pytest.mark.parametrize("code", SAME)
def test_same_as_cpython(host, code):
    answer = host.run(code)
    status, out, err = cpython(code)
    assert (answer.outcome["exit_code"], answer.out, answer.err) == (status, out, err)


TRACEBACKS = [
    "1 / 0",
    "def f():\n    raise ValueError('bad')\nf()",
    "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise KeyError('k') from e",
    "try:\n    1 / 0\nexcept ZeroDivisionError:\n    [][1]",
    "raise ExceptionGroup('many', [ValueError(1), TypeError('x')])",
    "def f(): f()\nf()",
    "import json\njson.loads('{')",
]


@pytest.mark.parametrize("code", TRACEBACKS)
def test_tracebacks(host, code):
    answer = host.run(code)
    status, _, err = cpython(code)
    assert answer.outcome["exit_code"] == status == 1
    assert answer.outcome["outcome"] == "exception"
    assert "dhg_agent" not in answer.err
    assert answer.err == err
    assert answer.outcome["error"]["traceback"] == err


def test_syntax_error_has_its_caret(host):
    answer = host.run("x = (1 +\n")
    assert answer.outcome["exit_code"] == 1
    assert "SyntaxError" in answer.err and "^" in answer.err
    assert "dhg_agent" not in answer.err


@pytest.mark.parametrize("code", ["  1", "\tprint(1)"])
def test_leading_blanks_are_pythons_business(host, code):
    assert "IndentationError" in host.run(code).err


@pytest.mark.parametrize(
    "code, value, single",
    [
        ("1 + 1", "2", True),
        ("None", None, True),
        ("x = 1", None, False),
        ("x = 20; x + 1", "21", False),
        ("print('a')\n'b'", "'b'", False),
        ("(1,\n2)", "(1, 2)", True),
        ("# comment\n5", "5", True),
    ],
)
def test_value_of_the_last_expression(host, code, value, single):
    outcome = host.run(code).outcome
    assert (outcome["result_repr"], outcome["is_expression"]) == (value, single)


def test_values_that_cannot_be_shown(host):
    answer = host.run("class C:\n    def __repr__(self): raise ValueError('no')\nC()")
    assert answer.outcome["outcome"] == "ok"
    assert answer.outcome["result_repr"] == "<C, whose repr() failed: ValueError: no>"
    assert answer.err == ""


def test_values_that_nobody_wants(host):
    code = "class C:\n    def __repr__(self): print('asked')\nC()"
    assert host.run(code, value="none").out == ""
    assert host.run("1 + 1", value="none").outcome["result_repr"] is None
    assert host.run("x = 1; x", value="expression").outcome["result_repr"] is None
    assert host.run("1 + 1", value="expression").outcome["result_repr"] == "2"


def test_exception_that_cannot_be_shown(host):
    answer = host.run("class E(Exception):\n    def __str__(self): raise ValueError\nraise E")
    assert answer.outcome["error"]["type"] == "E"
    assert answer.outcome["exit_code"] == 1


def test_keyboard_interrupt(host):
    assert host.run("raise KeyboardInterrupt").outcome["exit_code"] == 130


def test_runs_are_independent(host):
    host.run("leftover = 1; import sys; sys.stdout = None; sys.argv = []")
    answer = host.run("import sys; print('leftover' in globals(), sys.argv)", argv=["a", "b"])
    assert answer.out == "False ['a', 'b']\n"


def test_surrogates_in_the_result(host):
    assert host.run("'\\ud800'").outcome["result_repr"] == "'\\ud800'"
    assert host.run("raise ValueError('\\ud800')").outcome["error"]["message"] == "\\ud800"


def test_a_file_that_is_in_the_way_of_the_result(host, tmp_path):
    target = tmp_path / "target"
    target.write_text("mine")
    link = f"os.symlink({str(target)!r}, os.path.join(os.environ['TMPDIR'], '__dh_result.json'))"
    assert host.run(f"import os; {link}").outcome["outcome"] == "ok"
    assert target.read_text() == "mine"
    # A long outcome is written to the path, now that the file there is another.
    assert len(host.run("'x' * 100_000").outcome["result_repr"]) == 100_002
    assert target.read_text() == "mine"


def test_outcomes_of_any_length_follow_each_other(host):
    for length in (3, 200_000, 5, 65_000, 66_000, 0):
        assert host.run(f"'x' * {length}").outcome["result_repr"] == repr("x" * length)
