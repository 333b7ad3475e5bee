# fidelity: run=script,c
import os

for name in ("write", "read", "dup2", "close", "fsync", "_exit", "getpid", "kill", "pipe", "environ"):
    setattr(os, name, None)
print("hi")
