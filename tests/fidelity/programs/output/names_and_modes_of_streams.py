# fidelity: run=script,c,stdin
import sys

print(sys.stdin.name, sys.stdout.name, sys.stderr.name)
print(sys.stdin.mode, sys.stdout.mode, sys.stderr.mode)
print([s.encoding for s in (sys.stdin, sys.stdout, sys.stderr)])
print([s.errors for s in (sys.stdin, sys.stdout, sys.stderr)])
print([s.fileno() for s in (sys.stdin, sys.stdout, sys.stderr)])
print([s.isatty() for s in (sys.stdin, sys.stdout, sys.stderr)])
