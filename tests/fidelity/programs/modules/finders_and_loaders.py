# fidelity: run=script,c
import importlib.util
import sys

print([f.__name__ for f in sys.meta_path if isinstance(f, type)])
print(importlib.util.find_spec("json").name, importlib.util.find_spec("nothing_at_all"))
print(len(sys.path_hooks))
