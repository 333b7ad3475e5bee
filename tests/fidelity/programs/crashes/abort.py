# fidelity: run=script,c
import os

print("before", flush=True)
os.abort()
