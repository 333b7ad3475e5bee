"""Whether a program runs under the update graph's lock."""

import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).parents[1]

SCRIPT = """
import os, sys
from dhg_agent import script_session, session, source

executor = script_session.ScriptSessionExecutor([], [], lambda line: None)
from deephaven.execution_context import Lock
seen = []

def run_user_code(scope):
    seen.append(Lock.held)
    if ends:
        session.current.code_ended()
        seen.append(Lock.held)
    if fails:
        raise MemoryError

    if forks:
        if os.fork() == 0:
            raise KeyboardInterrupt
        assert os.waitstatus_to_exitcode(os.wait()[1]) == 7

session.run_user_code = run_user_code
hold, ends, fails, forks = eval(sys.argv[1])
session.current = session.Program(b"", "<string>", source.COMMAND, None, hold_updates=hold)
try:
    executor.run()
except MemoryError:
    pass
except KeyboardInterrupt:
    os._exit(7 if Lock.held else 8)  # a child leaves the lock alone
print(seen, Lock.held, Lock.taken, file=sys.__stderr__, flush=True)
os._exit(0)  # without what the server does at the end of Python
"""


@pytest.mark.parametrize(
    "how, seen",
    [
        ("False, False, False, False", "[0] 0 0"),
        ("True, False, False, False", "[1] 0 1"),
        # Threads that are waited for may wait for an update.
        ("True, True, False, False", "[1, 0] 0 1"),
        ("True, False, True, False", "[1] 0 1"),
        ("True, False, False, True", "[1] 0 1"),
    ],
)
def test_the_lock_is_held_during_the_code_if_asked_for(how, seen):
    paths = f"{ROOT}:{ROOT / 'tests/fakes'}"
    run = subprocess.run(
        ["/usr/bin/python3", "-c", SCRIPT, how],
        env={**os.environ, "PYTHONPATH": paths, "JAVA_HOME": "/java"},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert run.stderr.splitlines()[-1] == seen
