# fidelity: run=script,c
import sys
import threading
import time

threading.Thread(target=lambda: (time.sleep(1), print("thread"))).start()
sys.exit(4)
