# fidelity: run=script,c,stdin
"""The documentation."""

import sys

print(__doc__, __spec__, __package__, type(__loader__).__name__, type(__builtins__).__name__)
print(sys.modules[__name__].__dict__ is globals(), __annotations__)
print(sys.modules["__main__"])
