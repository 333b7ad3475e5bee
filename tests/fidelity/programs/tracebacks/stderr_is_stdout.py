# fidelity: run=script,c
import sys

sys.stderr = sys.stdout
print("out")
1 / 0
