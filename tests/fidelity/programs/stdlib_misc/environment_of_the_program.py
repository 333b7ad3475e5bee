# fidelity: run=script,c
import os

print(sorted(name for name in os.environ if name not in ("HOME", "PATH", "LANG", "LC_CTYPE")))
print(os.environ["LANG"], "PATH" in os.environ, os.environ["HOME"])
