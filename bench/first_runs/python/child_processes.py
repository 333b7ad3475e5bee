import os
import shlex
import subprocess
import sys

echoed = subprocess.run(["tr", "a-z", "A-Z"], input="shout\n", capture_output=True, text=True, check=True)
shell = subprocess.check_output("for n in 1 2 3; do echo $n; done | wc -l", shell=True)
failed = subprocess.run(["sh", "-c", "echo oops >&2; exit 3"], capture_output=True, text=True)
child = subprocess.Popen(["sort", "-n"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
sorted_, _ = child.communicate("\n".join(map(str, [30, 4, 100, 1])))
env = subprocess.check_output(["sh", "-c", "echo $COLOUR"], env={**os.environ, "COLOUR": "teal"}, text=True)
assert failed.returncode == 3 and failed.stderr == "oops\n" and int(shell) == 3
print(echoed.stdout.strip(), sorted_.split(), env.strip(), shlex.join(["ls", "a b"]), sys.byteorder)
