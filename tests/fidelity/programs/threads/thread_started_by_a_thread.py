import threading
import time


def outer():
    time.sleep(0.1)
    threading.Thread(target=inner).start()


def inner():
    time.sleep(0.1)
    print("inner")


threading.Thread(target=outer).start()
