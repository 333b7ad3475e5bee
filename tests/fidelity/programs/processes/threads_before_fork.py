import os
import threading

thread = threading.Thread(target=threading.Event().wait, args=(0.3,))
thread.start()
pid = os.fork()
if pid == 0:
    print("child sees", threading.active_count(), flush=True)
    os._exit(0)
os.waitpid(pid, 0)
thread.join()
