import os
import signal
import threading
import time

release = threading.Event()
thread = threading.Thread(target=release.wait, args=(10,))
thread.start()
threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    time.sleep(10)
except KeyboardInterrupt:
    print("interrupted")
release.set()
