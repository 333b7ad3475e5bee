# fidelity: run=script,c
import os
import signal

print("before", flush=True)
os.write(2, b"err\n")
os.kill(os.getpid(), signal.SIGKILL)
