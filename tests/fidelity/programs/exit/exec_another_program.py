# fidelity: run=script,c
import os

print("before", flush=True)
os.execv("/bin/sh", ["sh", "-c", "echo from sh; echo err >&2; exit 6"])
