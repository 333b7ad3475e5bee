import sys
import threading
import time

threading.Thread(target=lambda: (time.sleep(1), print("thread", file=sys.stderr))).start()
raise ValueError("main is done")
