import os
import shelve
import subprocess
import sys
import tempfile

place = os.path.join(tempfile.mkdtemp(), "s")
s = shelve.open(place)
s["a"] = [1, 2]
s.close()
child = "import shelve, sys; print(shelve.open(sys.argv[1])['a'])"
subprocess.run([sys.executable, "-c", child, place])
