"""A guest with CPython's tests in it: the image `python`, with one package more."""

import json
import pathlib
import shutil
import subprocess

from conftest import BINARY

IMAGE = "cpython-testsuite"
RUNNER = pathlib.Path(__file__).with_name("run_module.py")
RECIPES = pathlib.Path(__file__).parent / "images"

# Plain python3, in the same guest: a process of its own, as a shell would start it.
_PLAIN = """
import pathlib, subprocess, sys
runner = pathlib.Path("/tmp/fidelity/run_module.py")
runner.parent.mkdir()
runner.write_text({text!r})
environment = {{"PATH": {path!r}, "LANG": "C.UTF-8", "HOME": "/root"}}
child = subprocess.run(["/usr/bin/python3", str(runner), *sys.argv[1:]], env=environment,
                       stdin=subprocess.DEVNULL, cwd="/root")
sys.exit(child.returncode)
"""
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class SuiteGuest:
    """Runs test modules in the guest; `dhg` has the cache and the environment."""

    def __init__(self, dhg, folder):
        self._env = dhg.env
        # dhg looks for images beside itself, in its own installation.
        prefix = pathlib.Path(shutil.copytree(pathlib.Path(BINARY).parents[1], folder / "install"))
        self._binary = prefix / "bin" / "dhg"
        shutil.copytree(RECIPES / IMAGE, prefix / "share/dhg/guest/images" / IMAGE)
        made = self._call("vm", "prepare", "--image", IMAGE, timeout=1200)
        assert made.returncode == 0, made.stderr.decode()

    def _call(self, *args, timeout):
        return subprocess.run(
            [self._binary, *args],
            env=self._env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
        )

    def _exec(self, program, module, seconds, patterns):
        asked = [str(program), module, *patterns]
        done = self._call(
            "exec", "--image", IMAGE, "--timeout", f"{seconds}s", *asked, timeout=seconds + 60
        )
        return Outcomes(done)

    def by_dhg(self, module, seconds, patterns):
        """The outcomes of the tests in a program of `dhg exec`."""
        return self._exec(RUNNER, module, seconds, patterns)

    def by_python(self, module, seconds, patterns, folder):
        """The outcomes of the same under the guest's plain python3."""
        program = folder / "plain.py"
        program.write_text(_PLAIN.format(text=RUNNER.read_text(), path=_PATH))
        return self._exec(program, module, seconds, patterns)


class Outcomes:
    """How each test of a module ended."""

    def __init__(self, done):
        self.by_id = {}  # (outcome, why)
        self.ended = False
        for line in done.stdout.split(b"\n"):
            if line.startswith(b"\x1e"):
                record = json.loads(line[1:])
                self.ended = self.ended or "ended" in record
                if "id" in record:
                    self.by_id[record["id"]] = (record["outcome"], record["why"])
        tail = done.stderr.decode(errors="replace")[-2000:]
        self.end = f"exit code {done.returncode}; the end of stderr:\n{tail}"
