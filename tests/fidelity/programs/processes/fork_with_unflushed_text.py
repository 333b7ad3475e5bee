import os
import sys

sys.stdout.write("twice? ")
pid = os.fork()
if pid:
    os.waitpid(pid, 0)
