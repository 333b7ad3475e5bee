# fidelity: run=script,c
import os
import sys

os.makedirs("/tmp/fidelity_broken", exist_ok=True)
with open("/tmp/fidelity_broken/broken_module.py", "w") as f:
    f.write("x = 1\n\ny = x + undefined\n")
sys.dont_write_bytecode = True
sys.path.insert(0, "/tmp/fidelity_broken")
import broken_module
