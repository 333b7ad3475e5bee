# fidelity: run=script,c,stdin
import os
import sys

print(sys.path[1:])
print(repr(sys.path[0]) if sys.path[0] == "" else os.path.isabs(sys.path[0]))
