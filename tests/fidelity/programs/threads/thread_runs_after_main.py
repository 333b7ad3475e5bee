# fidelity: run=script,c,stdin
import threading
import time

threading.Thread(target=lambda: (time.sleep(1), print("thread"))).start()
print("main")
