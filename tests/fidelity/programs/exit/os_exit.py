# fidelity: run=script,c,stdin
import os

print("printed", flush=True)
os._exit(5)
