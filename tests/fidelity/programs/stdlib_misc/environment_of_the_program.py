# fidelity: run=script,c
import os

of_the_user = {"HOME", "PATH", "LANG", "LC_CTYPE", "USER", "LOGNAME", "TMPDIR"}
print(sorted(os.environ.keys() - of_the_user))
print(os.environ["LANG"], "PATH" in os.environ, os.environ["HOME"])
