import atexit
import threading
import time
import weakref


class A:
    def __del__(self):
        print("5 del")


a = A()
weakref.finalize(a, print, "4 finalize")
atexit.register(print, "3 atexit")
threading.Thread(target=lambda: (time.sleep(1), print("2 thread"))).start()
print("1 end of main")
