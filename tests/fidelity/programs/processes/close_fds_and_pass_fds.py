import os
import subprocess
import sys

read, write = os.pipe()
code = "import os, sys; os.write(int(sys.argv[1]), b'passed')"
subprocess.run([sys.executable, "-c", code, str(write)], pass_fds=[write])
print(os.read(read, 100))
done = subprocess.run([sys.executable, "-c", code, str(write)], capture_output=True)
print(done.returncode, b"Bad file descriptor" in done.stderr)
