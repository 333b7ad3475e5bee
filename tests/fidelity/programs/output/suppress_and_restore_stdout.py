import os
import subprocess

print("before", flush=True)
saved = os.dup(1)
null = os.open(os.devnull, os.O_WRONLY)
os.dup2(null, 1)
print("hidden", flush=True)
subprocess.run(["echo", "hidden too"])
os.dup2(saved, 1)
print("after", flush=True)
