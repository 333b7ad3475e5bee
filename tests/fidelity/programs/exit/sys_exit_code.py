# fidelity: run=script,c,stdin
import sys

print("x")
sys.exit(7)
