# fidelity: run=script,c,stdin
import inspect
import sys

print(sys._getframe().f_back, len(inspect.stack()))
print([f.function for f in inspect.stack()])
