import os
import tempfile

d = tempfile.TemporaryDirectory(prefix="fidelity")
print(os.path.isdir(d.name))
