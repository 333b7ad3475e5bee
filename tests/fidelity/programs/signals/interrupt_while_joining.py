import _thread
import threading
import time

release = threading.Event()
thread = threading.Thread(target=release.wait, args=(10,))
thread.start()
threading.Timer(0.1, _thread.interrupt_main).start()
try:
    time.sleep(10)
except KeyboardInterrupt:
    print("interrupted")
release.set()
