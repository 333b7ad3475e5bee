# fidelity: run=script,c
import os

for i in range(200):
    print("p", i, flush=True)
    os.write(1, b"c %d\n" % i)
