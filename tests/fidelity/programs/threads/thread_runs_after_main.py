# fidelity: run=script,c,stdin
import threading
import time

threading.Thread(target=lambda: (time.sleep(0.2), print("thread"))).start()
print("main")
