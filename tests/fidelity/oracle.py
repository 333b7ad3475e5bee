"""What plain python3 makes of a program: the host's, or the guest's own if the two differ."""

import base64
import dataclasses
import json
import os
import re
import signal
import subprocess
import tempfile

PYTHON = "/usr/bin/python3"
LIMIT = 60  # seconds for one program
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG": "C.UTF-8",
    "HOME": "/root",
}
_ADDRESS = re.compile(rb"0x[0-9a-f]{6,16}")


@dataclasses.dataclass(frozen=True)
class Answer:
    """What a program wrote, and how it ended; addresses in memory are masked."""

    code: int
    out: bytes
    err: bytes

    @staticmethod
    def of(code, out, err):
        code = 128 - code if code < 0 else code
        return Answer(code, _ADDRESS.sub(b"0x0", out), _ADDRESS.sub(b"0x0", err))


def arguments(case, script):
    """What follows `python3`, and the file that is its stdin; `script` has the program.

    That is a file, not a pipe, in which this Python cannot honour a coding line.
    """
    if case.way == "c":
        return ["-c", case.source.decode(), *case.argv], os.devnull
    if case.way == "stdin":
        return ["-", *case.argv], str(script)
    return [str(script), *case.argv], os.devnull


def _hear_the_keyboard():
    """What runs in a shell's background inherits that these are ignored."""
    for number in (signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)


class HostOracle:
    """Runs the host's python3; `folder` is where programs may write."""

    def __init__(self, folder):
        self._folder = folder

    def __call__(self, case, script):
        args, stdin = arguments(case, script)
        with tempfile.TemporaryDirectory(dir=self._folder) as folder, open(stdin, "rb") as read:
            done = subprocess.run(
                [PYTHON, *args],
                env=ENVIRONMENT,
                cwd=folder,
                stdin=read,
                capture_output=True,
                timeout=LIMIT,
                preexec_fn=_hear_the_keyboard,
            )
        return Answer.of(done.returncode, done.stdout, done.stderr)


# Runs in the guest. A program there is told apart from dhg's by being a process of its own.
_IN_GUEST = """
import base64, json, os, pathlib, subprocess, sys
asked = json.loads(base64.b64decode({asked!r}))
script = pathlib.Path(asked["script"])
script.parent.mkdir(parents=True, exist_ok=True)
script.write_bytes(base64.b64decode(asked["source"]))
done = subprocess.run([{python!r}, *asked["args"]], env=asked["env"], cwd="/root",
                      stdin=open(asked["stdin"], "rb"), capture_output=True)
answer = [done.returncode, *(base64.b64encode(x).decode() for x in (done.stdout, done.stderr))]
os.write(1, json.dumps(answer).encode())
"""


class GuestOracle:
    """Runs the guest's /usr/bin/python3, as a child of a program of `dhg exec`."""

    def __init__(self, dhg):
        self._dhg = dhg

    def __call__(self, case, script):
        args, stdin = arguments(case, script)
        asked = {
            "script": str(script),
            "source": base64.b64encode(case.source).decode(),
            "args": args,
            "stdin": stdin,
            "env": ENVIRONMENT,
        }
        packed = base64.b64encode(json.dumps(asked).encode())
        program = _IN_GUEST.format(asked=packed, python=PYTHON)
        done = self._dhg("exec", "-", input=program.encode(), timeout=LIMIT)
        assert done.code == 0, done.err
        code, out, err = json.loads(done.out)
        return Answer.of(code, base64.b64decode(out), base64.b64decode(err))


def choose(dhg, folder):
    """The oracle for the images of `dhg`, and in words which one it is.

    DHG_FIDELITY_ORACLE=guest chooses the guest's in any case.
    """
    asks = "import platform; print(platform.python_version())"
    guest = dhg.exec(asks).out.strip()
    host = None
    if os.access(PYTHON, os.X_OK):
        asked = subprocess.run([PYTHON, "-c", asks], env=ENVIRONMENT, capture_output=True)
        host = asked.stdout.decode().strip()
    if host == guest and os.environ.get("DHG_FIDELITY_ORACLE") != "guest":
        return HostOracle(folder), f"the host's python3 {host}"
    return GuestOracle(dhg), f"the guest's python3 {guest}; the host has {host}"
