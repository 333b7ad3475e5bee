import subprocess
import sys

if len(sys.argv) > 1:
    print("again", sys.argv[1])
else:
    print("first", flush=True)
    subprocess.run([sys.executable, __file__, "x"])
