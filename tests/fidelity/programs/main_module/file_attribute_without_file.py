# fidelity: run=c,stdin
import sys

print(sys.argv, repr(sys.path[0]))
print(globals().get("__file__"), __spec__, __package__, __doc__)
