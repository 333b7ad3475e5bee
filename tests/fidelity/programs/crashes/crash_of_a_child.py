import os
import subprocess
import sys

code = "import ctypes, faulthandler; faulthandler.enable(); ctypes.string_at(0)"
done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
print(done.returncode, done.stderr.splitlines()[0])
pid = os.fork()
if pid == 0:
    os.abort()
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
