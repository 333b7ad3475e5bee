import os
import signal
import time

signal.signal(signal.SIGCHLD, lambda *a: print("child ended"))
pid = os.fork()
if pid == 0:
    os._exit(0)
end = time.monotonic() + 5
while time.monotonic() < end:
    if os.waitpid(pid, os.WNOHANG)[0]:
        break
    time.sleep(0.01)
print("end")
