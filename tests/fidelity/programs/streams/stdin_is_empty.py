# fidelity: run=script,c
import sys

print(repr(sys.stdin.read()), sys.stdin.isatty(), list(sys.stdin))
