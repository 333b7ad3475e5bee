# fidelity: run=script,c
import os
import sys

os.makedirs("/tmp/fidelity_broken", exist_ok=True)
with open("/tmp/fidelity_broken/broken_syntax.py", "w") as f:
    f.write("x = 1\ny = = 2\n")
sys.dont_write_bytecode = True
sys.path.insert(0, "/tmp/fidelity_broken")
import broken_syntax
