# fidelity: run=script,c
import subprocess
import sys

print("parent", flush=True)
subprocess.run([sys.executable, "-c", "import sys; print('child'); print('err', file=sys.stderr)"])
subprocess.run("echo shell; echo err >&2", shell=True)
print("end")
