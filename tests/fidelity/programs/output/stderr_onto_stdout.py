# fidelity: run=script,c
import os
import sys

os.dup2(1, 2)
print("err", file=sys.stderr)
