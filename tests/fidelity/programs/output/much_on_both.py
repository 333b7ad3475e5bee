import sys

for i in range(200):
    print("o" * 999)
    print("e" * 999, file=sys.stderr)
