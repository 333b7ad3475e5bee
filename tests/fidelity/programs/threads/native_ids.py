# fidelity: run=script,c
import os
import threading

print(threading.get_native_id() == os.getpid(), len(os.listdir("/proc/self/task")))
