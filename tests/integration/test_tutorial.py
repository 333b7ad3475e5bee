"""docs/plugins.md, line by line: what it tells to run runs, and says what it says."""

import fnmatch
import os
import pathlib
import re
import subprocess

from conftest import BINARY

ROOT = pathlib.Path(__file__).parents[2]
PREFIX = pathlib.Path(BINARY).parents[1] if BINARY else pathlib.Path()
BLOCK = re.compile(r"(?:<!-- (\S+) -->\n)?```(\w+)\n(.*?)```", re.DOTALL)
MARK = "@@ step"


def script_of(blocks):
    """One script of all: commands as they are, files written where they are shown."""
    lines = ["set -euo pipefail"]
    for number, (file, language, text) in enumerate(blocks):
        lines.append(f"echo '{MARK} {number}'")
        if file:
            lines.append(f"cat >{file} <<'END_OF_FILE'\n{text}END_OF_FILE")
        elif language == "sh":
            lines.append(text)
        else:
            assert language == "text", f"a block that is neither run nor checked: {text}"
    return "\n".join(lines)


def test_the_tutorial(prepared, tmp_path):
    blocks = BLOCK.findall((ROOT / "docs/plugins.md").read_text())
    assert len([b for b in blocks if b[1] == "sh"]) > 8
    env = {**os.environ, "PATH": f"{PREFIX}/bin:{os.environ['PATH']}",
           "DHG_CACHE_DIR": str(prepared.cache), "CXXFLAGS": "-Wall -Wextra -Wpedantic -Wconversion -Werror"}
    done = subprocess.run(["bash", "-c", script_of(blocks)], cwd=tmp_path, env=env,
                          capture_output=True, text=True, timeout=1200)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    said = re.split(rf"^{MARK} \d+$", done.stdout, flags=re.MULTILINE)[1:]
    for number, (_, language, text) in enumerate(blocks):
        if language != "text":
            continue
        output = said[number - 1].splitlines()
        for line in text.splitlines():
            pattern = re.sub(r"([\[\]?*])", r"[\1]", line).replace("...", "*")
            assert any(fnmatch.fnmatchcase(got, pattern) for got in output), (line, output)

    # The point of it: far fewer faults than lazy-4k. (How fast that is, is printed above.)
    faults = [int(n) for n in re.findall(r"^\S+ (\d+) faults", done.stdout, re.MULTILINE)]
    base, first, base_again, better = faults
    assert base > 8000 and first < base / 2
    assert better < base_again / 10
