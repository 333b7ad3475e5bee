import os

pid = os.fork()
if pid == 0:
    os.setsid()
    print(os.getpgrp() == os.getpid() == os.getsid(0), flush=True)
    os._exit(0)
os.waitpid(pid, 0)
print(os.getppid() > 0, os.getpid() > 1)
