# fidelity: run=script,c
import atexit
import os

atexit.register(lambda: print("atexit", flush=True))
pid = os.fork()
if pid:
    print("child gave", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
else:
    print("child", flush=True)
