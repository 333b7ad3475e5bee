# fidelity: run=script,c
import os

print("before", flush=True)
os.closerange(3, 1000)
print("after")
