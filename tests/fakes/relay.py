"""The part of the guest's init that stands between host and agent, as a program of this host."""

import functools
import hashlib
import os
import pathlib
import subprocess
import tempfile

_TOP = pathlib.Path(__file__).resolve().parents[2]
_INIT = _TOP / "guest/init"
_SOURCES = [
    *(_INIT / name for name in ("relay.c", "agent.c", "input.c", "outbound.c")),
    _TOP / "tests/fakes/relay_main.c",
]
_FLAGS = ["-std=gnu17", "-D_GNU_SOURCE", "-Wall", "-Werror", f"-I{_INIT}"]


@functools.cache
def program():
    """Its path. It is compiled once for each state of its sources."""
    texts = [path.read_bytes() for path in (*_SOURCES, *sorted(_INIT.glob("*.h")))]
    digest = hashlib.sha256(b"".join(texts)).hexdigest()[:16]
    home = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    folder = pathlib.Path(home) / "dhg-tests"
    result = folder / f"relay-{digest}"
    if not result.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            made = pathlib.Path(scratch) / "relay"
            subprocess.run(["cc", *_FLAGS, "-o", made, *_SOURCES], check=True)
            made.rename(result)  # whole, or not there
    return str(result)

if __name__ == "__main__":
    print(program())
