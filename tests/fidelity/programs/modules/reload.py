import importlib
import os
import sys
import tempfile

sys.dont_write_bytecode = True
with tempfile.TemporaryDirectory() as place:
    sys.path.insert(0, place)
    path = os.path.join(place, "changing_module.py")
    for i in range(2):
        with open(path, "w") as f:
            f.write(f"value = {i}\n")
        importlib.invalidate_caches()
        module = importlib.reload(sys.modules["changing_module"]) if i else importlib.import_module("changing_module")
        print(module.value)
