# fidelity: run=script,c,stdin
import sys

print("to stdout")
print("to stderr", file=sys.stderr)
print("without an end", end="")
