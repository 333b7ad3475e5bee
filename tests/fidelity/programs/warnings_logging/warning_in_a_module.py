import os
import sys
import warnings

os.makedirs("/tmp/fidelity_warns", exist_ok=True)
with open("/tmp/fidelity_warns/module_that_warns.py", "w") as f:
    f.write("import warnings\ndef f():\n    warnings.warn('from a module')\n")
sys.dont_write_bytecode = True
sys.path.insert(0, "/tmp/fidelity_warns")
import module_that_warns  # noqa: E402

module_that_warns.f()
module_that_warns.f()
