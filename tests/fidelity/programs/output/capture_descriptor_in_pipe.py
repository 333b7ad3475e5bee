import os
import sys

read, write = os.pipe()
saved = os.dup(1)
os.dup2(write, 1)
os.close(write)
print("caught", flush=True)
os.system("echo by a child")
os.dup2(saved, 1)
os.close(saved)
print("was:", os.read(read, 1000), file=sys.stderr)
